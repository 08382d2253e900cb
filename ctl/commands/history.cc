#include <array>
#include <variant>

#include "ctl/commands/commands.h"
#include "ctl/history_text.h"
#include "ctl/json_fields.h"
#include "ctl/moment_option.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 4> kOptions = {{
    {0, "since", "T", "from then on (default: an hour before the end)"},
    {0, "until", "T", "up to then (default: now)"},
    {0, "step", "5m", "a point for each so long: its mean and its maximum"},
    {0, "table", "", "a row for each point, on a terminal too"},
}};

CtlExit list_metrics(Context& context) {
  const Answer answer = context.ask("history.query", {{"targets", {context.words()[0]}}});
  if (!answer) return context.fail(answer.failure());
  if (context.json()) return context.print_json(answer.result());
  context.out().write(metrics_text(series_views(answer.result()), io::read_clocks().wall,
                                   context.out().terminal()));
  return CtlExit::Done;
}

CtlExit show(Context& context) {
  const WallTime now = io::read_clocks().wall;
  Json times;
  std::string problem = add_moment(context, "since", now, times);
  if (problem.empty()) problem = add_moment(context, "until", now, times);
  ChartFrame frame;
  frame.to = time_of(times, "until").value_or(now);
  const Duration hour = std::chrono::hours{1};
  frame.from = time_of(times, "since").value_or(frame.to + -hour);
  if (problem.empty() && frame.to <= frame.from) problem = "--since must be before --until";
  if (!problem.empty()) return context.fail_usage(problem);

  const bool chart = context.out().terminal().interactive && !context.has("table");
  Json params{{"targets", {context.words()[0]}},
              {"metric", context.words()[1]},
              {"from", format_rfc3339_micros(frame.from)},
              {"to", format_rfc3339_micros(frame.to)}};
  if (const auto step = context.value("step")) params["step"] = *step;
  if (chart && !context.json()) params["points"] = chart_points(context.out().terminal());
  const Answer answer = context.ask("history.query", std::move(params));
  if (!answer) return context.fail(answer.failure());
  if (context.json()) return context.print_json(answer.result());
  const auto series = history_views(answer.result());
  context.out().write(chart ? history_charts(series, frame, context.out().terminal())
                            : history_table(series, context.out().terminal()));
  return CtlExit::Done;
}

CtlExit run(Context& context) {
  return context.words().size() == 1 ? list_metrics(context) : show(context);
}

}  // namespace

const Verb kHistory = {
    .name = "history",
    .aliases = {},
    .summary = "what was measured over time: CPU, memory, response times",
    .usage = "history NAME [METRIC] [--since T] [--until T] [--step 5m] [--table]",
    .details =
        "A NAME is a service, an instance, a glob or @tag of them, host, disk:/srv, a monitor, or\n"
        "backend/http for that check of it. Without METRIC those that there are, and their latest\n"
        "values. On a terminal a line, elsewhere a table. Without --step as it was sampled, as "
        "far\n"
        "as there is room.\nT is as for ctl logs.\n",
    .options = kOptions,
    .least = 1,
    .most = 2,
    .wants = "a NAME",
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
