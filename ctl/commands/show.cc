#include "ctl/show_text.h"

#include <fmt/format.h>

#include <array>

#include "ctl/commands/commands.h"
#include "ctl/crash_text.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<std::string_view, 1> kAliases = {"describe"};

constexpr std::array<OptionSpec, 2> kOptions = {{
    {0, "crashes", "", "how its runs ended that ended badly, with their last words"},
    {'n', "lines", "5", "with --crashes: how many, the newest first (1 to 20)"},
}};

constexpr std::int64_t kMostCrashes = 20;

CtlExit show_crashes(Context& context) {
  const std::string wanted = context.value("lines").value_or("5");
  const auto limit = whole_number(wanted, 1, kMostCrashes);
  if (!limit) {
    return context.fail_usage(
        fmt::format("'{}' is no number of crashes; 1 to {}", wanted, kMostCrashes));
  }
  const std::string& name = context.words()[0];
  const Answer answer = context.ask("services.crashes", Json{{"name", name}, {"limit", *limit}});
  if (!answer) return context.fail(answer.failure());
  if (context.json()) return context.print_json(answer.result());
  context.out().write(crashes_text(answer.result(), name, context.out().terminal()));
  return CtlExit::Done;
}

CtlExit run(Context& context) {
  if (context.has("crashes")) return show_crashes(context);
  if (context.has("lines")) return context.fail_usage("-n goes with --crashes");
  const std::string& name = context.words()[0];
  const Answer answer = context.ask("services.get", Json{{"name", name}});
  if (!answer)
    return show_monitor(context, ask_for_monitor(context, name, answer), show_monitor_text);
  if (context.json()) return context.print_json(answer.result());
  context.out().write(show_text(answer.result(), io::read_clocks().wall, context.out().terminal()));
  return CtlExit::Done;
}

}  // namespace

const Verb kShow = {
    .name = "show",
    .aliases = kAliases,
    .summary = "everything about one service, instance or monitor",
    .usage = "show NAME [--crashes [-n 5]]",
    .details =
        "State, resources, last exit, log files and all settings that apply, defaults "
        "included. Secrets and\nvalues of the environment are not shown. With --crashes what is "
        "kept of runs that ended otherwise\nthan asked for: how, what they used, and their last "
        "lines.",
    .options = kOptions,
    .least = 1,
    .most = 1,
    .wants = "the NAME of a service, instance or monitor",
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
