#include "ctl/actions.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "ctl/display_width.h"
#include "ctl/json_fields.h"
#include "ctl/progress.h"
#include "ctl/service_view.h"
#include "ctl/waiting.h"

namespace mainstay::ctl {

namespace {

Answer send(Context& context, const Action& action, const Json& params, Waiting& waiting) {
  Progress progress{context.notices()};
  const auto on_item = [&](const Json& item) {
    waiting.update(views_of(list_of(item, "waiting")));
    if (!waiting.empty() && !context.json()) {
      progress.show(waiting.line(context.notices().terminal()), waiting.what());
    }
    return true;
  };
  return context.client().call(action.method, params, context.timeout_or(action.patience), on_item);
}

CtlExit explain(Context& context, const Action& action, const Failure& failure,
                const Waiting& waiting) {
  const std::string goes_on = fmt::format("the {} goes on; ctl status shows it", action.noun);
  if (failure.kind == Failure::Kind::Interrupted) return context.interrupted(goes_on);
  if (failure.kind == Failure::Kind::TimedOut && !waiting.empty()) {
    return context.fail(failure.exit_code(),
                        fmt::format("still {}: {}; {}", action.doing, waiting.names(), goes_on));
  }
  return context.fail(failure);
}

std::string result_line(const Json& result, std::size_t width, const Terminal& terminal) {
  const Symbols symbols = symbols_for(terminal);
  const bool ok = flag_of(result, "ok");
  const std::string name = text_of(result, "name");
  return fmt::format("  {} {}{}  {}",
                     paint(ok ? symbols.good : symbols.bad, ok ? Tone::Good : Tone::Bad, terminal),
                     name, std::string(width - display_width(name), ' '),
                     state_and_why(text_of(result, "state"), text_of(result, "message")));
}

// The first that failed, for the hint.
std::string first_failed(const Json& answer) {
  for (const Json& result : list_of(answer, "results")) {
    if (!flag_of(result, "ok")) return text_of(result, "name");
  }
  return "";
}

}  // namespace

std::string results_text(const Json& answer, const Terminal& terminal) {
  const std::vector<Json> results = list_of(answer, "results");
  std::size_t width = 0;
  for (const Json& result : results)
    width = std::max(width, display_width(text_of(result, "name")));
  std::string out;
  for (const Json& result : results)
    out += result_line(result, width, terminal) + "\n";
  return out;
}

bool all_ok(const Json& answer) {
  return first_failed(answer).empty();
}

CtlExit run_action(Context& context, const Action& action, Json params) {
  const bool wait = action.waits && !context.has("no-wait");
  if (action.waits) {
    params["wait"] = wait;
    if (wait) params["progress"] = true;
  }
  Waiting waiting{std::string{action.doing}};
  const Answer answer = send(context, action, params, waiting);
  if (!answer) return explain(context, action, answer.failure(), waiting);
  const CtlExit code = all_ok(answer.result()) ? CtlExit::Done : CtlExit::Failed;
  if (context.json()) {
    context.print_json(answer.result());
    return code;
  }
  context.out().write(results_text(answer.result(), context.out().terminal()));
  if (code == CtlExit::Done) return code;
  static_cast<void>(context.out().flush());
  const std::string name = first_failed(answer.result());
  return context.fail(
      code, fmt::format("the {} of {} did not go as asked; ctl why {}", action.noun, name, name));
}

}  // namespace mainstay::ctl
