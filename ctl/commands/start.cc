#include "ctl/actions.h"

#include <array>

#include "ctl/commands/commands.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 1> kOptions = {{
    {0, "no-wait", "", "return at once; the start goes on"},
}};

constexpr Action kAction{
    .method = "services.start", .doing = "starting", .noun = "start", .patience = kStartTime};

}  // namespace

const Verb kStart = target_verb<kAction>({
    .name = "start",
    .aliases = {},
    .summary = "start services that are stopped, exited or failed",
    .usage = "start TARGET... [--no-wait]",
    .details =
        "Waits until each runs, 60 s at most (--timeout). A start by hand clears the count of "
        "unstable runs.",
    .options = kOptions,
});

}  // namespace mainstay::ctl
