#include "ctl/show_text.h"

#include <array>

#include "ctl/commands/commands.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<std::string_view, 1> kAliases = {"describe"};

CtlExit run(Context& context) {
  const Answer answer = context.ask("services.get", Json{{"name", context.words()[0]}});
  if (!answer) return context.fail(answer.failure());
  if (context.json()) return context.print_json(answer.result());
  context.out().write(show_text(answer.result(), io::read_clocks().wall, context.out().terminal()));
  return CtlExit::Done;
}

}  // namespace

const Verb kShow = {
    .name = "show",
    .aliases = kAliases,
    .summary = "everything about one service or instance",
    .usage = "show NAME",
    .details =
        "State, resources, last exit, log files and all settings that apply, defaults "
        "included. Secrets and\nvalues of the environment are not shown.",
    .options = {},
    .least = 1,
    .most = 1,
    .wants = "the NAME of a service or instance",
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
