#include "ctl/actions.h"

#include <array>

#include "ctl/commands/commands.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 1> kOptions = {{
    {0, "no-wait", "", "return at once; the restart goes on"},
}};

CtlExit run(Context& context) {
  return run_action(context,
                    {.method = "services.restart",
                     .doing = "restarting",
                     .noun = "restart",
                     .patience = kStartTime},
                    context.targets());
}

}  // namespace

const Verb kRestart = {
    .name = "restart",
    .aliases = {},
    .summary = "stop and start again",
    .usage = "restart TARGET... [--no-wait]",
    .details =
        "Waits until each runs again, 60 s at most (--timeout). Not counted as an unstable run.",
    .options = kOptions,
    .least = 1,
    .most = kAnyNumber,
    .wants = "a TARGET: a name, name:instance, glob, @tag or all",
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
