#include "ctl/actions.h"
#include "ctl/commands/commands.h"

namespace mainstay::ctl {

namespace {

constexpr Action kAction{
    .method = "services.reset", .doing = "resetting", .noun = "reset", .waits = false};

}  // namespace

const Verb kReset = target_verb<kAction>({
    .name = "reset",
    .aliases = {},
    .summary = "clear restart counts, backoff and the failed state",
    .usage = "reset TARGET...",
    .details = "Starts and stops nothing that runs.",
    .options = {},
});

}  // namespace mainstay::ctl
