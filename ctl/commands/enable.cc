#include "ctl/actions.h"
#include "ctl/commands/commands.h"

namespace mainstay::ctl {

namespace {

constexpr std::string_view kWants = "a TARGET: a name, name:instance, glob, @tag or all";

CtlExit run_enable(Context& context) {
  return run_action(
      context,
      {.method = "services.enable", .doing = "enabling", .noun = "enabling", .waits = false},
      context.targets());
}

CtlExit run_disable(Context& context) {
  return run_action(
      context,
      {.method = "services.disable", .doing = "disabling", .noun = "disabling", .waits = false},
      context.targets());
}

}  // namespace

const Verb kEnable = {
    .name = "enable",
    .aliases = {},
    .summary = "let services come up by themselves with the supervisor",
    .usage = "enable TARGET...",
    .details =
        "Instead of what the file says (autostart), and kept across restarts of the supervisor "
        "and of the\nmachine. Also ends what a stop by hand began: it comes up the next time. "
        "Starts nothing now: ctl start.",
    .options = {},
    .least = 1,
    .most = kAnyNumber,
    .wants = kWants,
    .numbers = false,
    .run = run_enable,
};

const Verb kDisable = {
    .name = "disable",
    .aliases = {},
    .summary = "let services start only by hand, or when another needs them",
    .usage = "disable TARGET...",
    .details =
        "Instead of what the file says (autostart), and kept across restarts of the supervisor "
        "and of the\nmachine. Stops nothing now: ctl stop.",
    .options = {},
    .least = 1,
    .most = kAnyNumber,
    .wants = kWants,
    .numbers = false,
    .run = run_disable,
};

}  // namespace mainstay::ctl
