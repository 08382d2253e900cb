#include "ctl/actions.h"

#include <array>

#include "ctl/commands/commands.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 1> kOptions = {{
    {0, "no-wait", "", "return at once; the restart goes on"},
}};

constexpr Action kAction{
    .method = "services.restart", .doing = "restarting", .noun = "restart", .patience = kStartTime};

}  // namespace

const Verb kRestart = target_verb<kAction>({
    .name = "restart",
    .aliases = {},
    .summary = "stop and start again",
    .usage = "restart TARGET... [--no-wait]",
    .details =
        "Waits until each runs again, 60 s at most (--timeout). Not counted as an unstable run.",
    .options = kOptions,
});

}  // namespace mainstay::ctl
