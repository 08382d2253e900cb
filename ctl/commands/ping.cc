#include <fmt/format.h>

#include "ctl/commands/commands.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

CtlExit run(Context& context) {
  const MonoTime began = io::read_clocks().mono;
  const Answer answer = context.ask("supervisor.ping");
  if (!answer) return context.fail(answer.failure());
  if (context.json()) return context.print_json(answer.result());
  const double took = to_seconds(io::read_clocks().mono - began) * 1000;
  context.out().line(fmt::format("the supervisor answers ({:.1f} ms)", took));
  return CtlExit::Done;
}

}  // namespace

const Verb kPing = {
    .name = "ping",
    .aliases = {},
    .summary = "whether the supervisor answers",
    .usage = "ping",
    .details = "Exit code 0 when it does, 5 when nobody is there, 7 when it hangs.",
    .options = {},
    .least = 0,
    .most = 0,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
