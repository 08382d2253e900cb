#include "base/text.h"
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

Answer ask_for_monitor(Context& context, const std::string& name, const Answer& no_service) {
  const bool may_be =
      no_service.failure().code == "no_such_service" && !is_glob(name) && name != "all";
  if (!may_be) return no_service;
  const Answer answer =
      context.ask("monitors.list", Json{{"targets", Json::array({name})}, {"history", true}});
  return answer ? answer : no_service;
}

CtlExit show_monitor(Context& context, const Answer& answer, MonitorText text) {
  if (!answer) return context.fail(answer.failure());
  const auto monitors = monitor_views(answer.result());
  if (context.json() || monitors.empty()) return context.print_json(answer.result());
  const Terminal& terminal = context.out().terminal();
  context.out().write(text(monitors.front(), io::read_clocks().wall, terminal));
  return CtlExit::Done;
}

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
