#include <array>

#include "ctl/availability_text.h"
#include "ctl/commands/commands.h"
#include "ctl/json_fields.h"
#include "ctl/moment_option.h"

namespace mainstay::ctl {

namespace {

// Months of events may have to be read.
constexpr Duration kAnswerWithin = std::chrono::seconds{60};

constexpr std::array<OptionSpec, 3> kOptions = {{
    {0, "since", "7d", "from then on"},
    {0, "until", "T", "up to then; now, if it is not said"},
    {0, "days", "", "a row for each day"},
}};

CtlExit run(Context& context) {
  Json params = context.targets();
  if (const std::string problem = add_span(context, params); !problem.empty())
    return context.fail_usage(problem);
  if (context.has("days")) params["days"] = true;
  const Answer answer = context.client().call("history.availability", std::move(params),
                                              context.timeout_or(kAnswerWithin));
  if (!answer) return context.fail(answer.failure());
  if (context.json()) return context.print_json(answer.result());
  if (list_of(answer.result(), "services").empty()) {
    context.notice("there are no events of it in that time");
    return CtlExit::Done;
  }
  context.out().write(availability_text(answer.result(), context.out().terminal()));
  return CtlExit::Done;
}

}  // namespace

const Verb kAvailability = {
    .name = "availability",
    .aliases = {},
    .summary = "how much of the time services were up, and what they were restarted for",
    .usage = "availability [TARGET...] [--since 7d] [--until T] [--days]",
    .details =
        "MTBF is the mean time between failures, MTTR that until it was up again. Time in "
        "which a service\nwas not wanted, or in which no supervisor ran, does not count.\n",
    .options = kOptions,
    .least = 0,
    .most = kAnyNumber,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
