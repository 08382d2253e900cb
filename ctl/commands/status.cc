#include <algorithm>
#include <array>

#include "ctl/commands/commands.h"
#include "ctl/drain_text.h"
#include "ctl/json_fields.h"
#include "ctl/status_text.h"
#include "ctl/status_watch.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<std::string_view, 3> kAliases = {"ls", "list", "ps"};
constexpr std::array<OptionSpec, 1> kOptions = {{
    {'w', "watch", "", "go on showing it until q or Ctrl-C"},
}};

CtlExit run(Context& context) {
  if (context.has("watch")) return watch_status(context);
  const Answer answer = context.ask("services.list", context.targets());
  if (!answer) return context.fail(answer.failure());
  const auto services = views_of(list_of(answer.result(), "services"));
  if (context.json()) {
    context.print_json(answer.result());
  } else {
    const Terminal& terminal = context.out().terminal();
    context.out().write(status_text(services, io::read_clocks().wall, terminal) +
                        supervisor_text(answer.result(), terminal));
  }
  return status_exit(services, !context.words().empty());
}

}  // namespace

const Verb kStatus = {
    .name = "status",
    .aliases = kAliases,
    .summary = "a table of services: state, health, resources, last exit, what is next",
    .usage = "status [TARGET...] [--watch]",
    .details =
        "Exit code 0 when everything asked for is running and not unhealthy, else 3. Without a "
        "TARGET a\nservice that has done its work and ended with code 0 counts as fine, too.",
    .options = kOptions,
    .least = 0,
    .most = kAnyNumber,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
