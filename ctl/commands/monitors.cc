#include "ctl/commands/commands.h"
#include "ctl/monitor_text.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

CtlExit run(Context& context) {
  Json params = context.targets();
  if (context.json()) params["history"] = true;
  const Answer answer = context.ask("monitors.list", std::move(params));
  if (!answer) return context.fail(answer.failure());
  const auto monitors = monitor_views(answer.result());
  if (context.json()) {
    context.print_json(answer.result());
  } else {
    context.out().write(monitors_text(monitors, io::read_clocks().wall, context.out().terminal()));
  }
  return monitors_exit(monitors);
}

}  // namespace

const Verb kMonitors = {
    .name = "monitors",
    .aliases = {},
    .summary = "what is watched and not ours: up or down, and how fast it answers",
    .usage = "monitors [NAME...]",
    .details =
        "A NAME is that of a monitor, or a glob such as 'db-*'. With --json the latest looks "
        "come along.\nExit code 3 when one of them is down.\n",
    .options = {},
    .least = 0,
    .most = kAnyNumber,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
