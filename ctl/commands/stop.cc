#include "ctl/actions.h"

#include <array>

#include "ctl/commands/commands.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 1> kOptions = {{
    {0, "no-wait", "", "return at once; the stop goes on"},
}};

CtlExit run(Context& context) {
  return run_action(
      context,
      {.method = "services.stop", .doing = "stopping", .noun = "stop", .patience = kNoTimeout},
      context.targets());
}

}  // namespace

const Verb kStop = {
    .name = "stop",
    .aliases = {},
    .summary = "stop services; they stay stopped until a start",
    .usage = "stop TARGET... [--no-wait]",
    .details =
        "Waits until nothing of them is left: after stop.timeout the whole process tree is killed.",
    .options = kOptions,
    .least = 1,
    .most = kAnyNumber,
    .wants = "a TARGET: a name, name:instance, glob, @tag or all",
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
