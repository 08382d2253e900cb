// logs rotate, logs flush and logs usage.
#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "ctl/commands/commands.h"
#include "ctl/json_fields.h"
#include "ctl/log_keeping_text.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

// Looks into every log and deletes files, for as many services as there may be.
constexpr Duration kPatience = std::chrono::seconds{60};

// Without targets everything is meant; the supervisor wants that said.
Json targets_or_all(const Context& context) {
  Json params = context.targets(1);
  if (!params.contains("targets")) params["targets"] = Json::array({"all"});
  return params;
}

Answer ask(Context& context, std::string_view method, const Json& params) {
  return context.client().call(method, params, context.timeout_or(kPatience), {});
}

CtlExit rotate(Context& context) {
  const Answer answer = ask(context, "logs.rotate", targets_or_all(context));
  if (!answer) return context.fail(answer.failure());
  const auto results = list_of(answer.result(), "results");
  const bool ok = std::all_of(results.begin(), results.end(),
                              [](const Json& result) { return flag_of(result, "ok"); });
  const CtlExit code = ok ? CtlExit::Done : CtlExit::Failed;
  if (context.json()) {
    context.print_json(answer.result());
    return code;
  }
  context.out().write(rotate_text(answer.result(), context.out().terminal()));
  return code;
}

CtlExit flush(Context& context) {
  const Answer answer = ask(context, "logs.flush", targets_or_all(context));
  if (!answer) return context.fail(answer.failure());
  if (context.json()) return context.print_json(answer.result());
  const auto freed =
      std::max<std::int64_t>(0, whole_of(answer.result(), "freed_bytes").value_or(0));
  context.out().line(
      fmt::format("freed {}", format_size(Bytes{static_cast<std::uint64_t>(freed)})));
  return CtlExit::Done;
}

CtlExit usage(Context& context) {
  const Answer answer = ask(context, "logs.usage", context.targets(1));
  if (!answer) return context.fail(answer.failure());
  if (context.json()) return context.print_json(answer.result());
  context.out().write(
      usage_text(answer.result(), io::read_clocks().wall, context.out().terminal()));
  return CtlExit::Done;
}

}  // namespace

std::optional<CtlExit> run_logs_keeping(Context& context) {
  const auto& words = context.words();
  if (words.empty() || context.arguments().plain_words == 0) return std::nullopt;
  using Run = CtlExit (*)(Context&);
  const std::string& word = words[0];
  const Run run = word == "rotate"  ? rotate
                  : word == "flush" ? flush
                  : word == "usage" ? usage
                                    : nullptr;
  if (run == nullptr) return std::nullopt;
  for (const OptionSpec& option : context.arguments().verb->options) {
    if (context.has(option.name)) {
      return context.fail_usage(
          fmt::format("'logs {}' takes targets and no --{}; a service of that name is meant with: "
                      "ctl logs -- {}",
                      word, option.name, word));
    }
  }
  return run(context);
}

}  // namespace mainstay::ctl
