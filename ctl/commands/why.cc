#include "ctl/commands/commands.h"
#include "ctl/why_text.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

CtlExit run(Context& context) {
  const Answer answer = context.ask("services.why", Json{{"name", context.words()[0]}});
  if (!answer) return context.fail(answer.failure());
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
    .details = "Its last words are the last lines that it printed before it ended.",
    .options = {},
    .least = 1,
    .most = 1,
    .wants = "the NAME of a service or instance",
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
