#include "ctl/commands/commands.h"
#include "ctl/why_text.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

CtlExit run(Context& context) {
  const std::string& name = context.words()[0];
  const Answer answer = context.ask("services.why", Json{{"name", name}});
  if (!answer)
    return show_monitor(context, ask_for_monitor(context, name, answer), why_monitor_text);
  if (context.json()) return context.print_json(answer.result());
  context.out().write(why_text(answer.result(), io::read_clocks().wall, context.out().terminal()));
  return CtlExit::Done;
}

}  // namespace

const Verb kWhy = {
    .name = "why",
    .aliases = {},
    .summary = "what happened, which rule decided, what comes next and when",
    .usage = "why NAME",
    .details =
        "Its last words are the last lines that it printed before it ended. A NAME may also be "
        "that of a monitor.",
    .options = {},
    .least = 1,
    .most = 1,
    .wants = "the NAME of a service, instance or monitor",
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
