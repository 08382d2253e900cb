#include "ctl/actions.h"
#include "ctl/commands/commands.h"

namespace mainstay::ctl {

namespace {

CtlExit run(Context& context) {
  return run_action(
      context, {.method = "services.reset", .doing = "resetting", .noun = "reset", .waits = false},
      context.targets());
}

}  // namespace

const Verb kReset = {
    .name = "reset",
    .aliases = {},
    .summary = "clear restart counts, backoff and the failed state",
    .usage = "reset TARGET...",
    .details = "Starts and stops nothing that runs.",
    .options = {},
    .least = 1,
    .most = kAnyNumber,
    .wants = "a TARGET: a name, name:instance, glob, @tag or all",
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
