#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "base/text.h"
#include "base/units.h"
#include "ctl/commands/commands.h"
#include "ctl/json_fields.h"
#include "ctl/log_resume.h"
#include "ctl/log_text.h"
#include "ctl/reconnect.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 4> kOptions = {{
    {'f', "follow", "", "go on with what comes, until Ctrl-C"},
    {'n', "lines", "50", "how many lines at most, over all services (at most 1000)"},
    {0, "stream", "out|err", "only one of the two"},
    {0, "timestamps", "", "when each line was printed"},
}};

constexpr std::int64_t kDefaultLines = 50;
constexpr std::int64_t kMostLines = 1000;

std::optional<std::int64_t> lines_wanted(const Context& context) {
  const std::string text = context.value("lines").value_or(fmt::to_string(kDefaultLines));
  std::int64_t lines = -1;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), lines);
  const bool whole = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
  return whole && lines >= 0 && lines <= kMostLines ? std::optional{lines} : std::nullopt;
}

class Logs {
 public:
  Logs(Context& context, std::int64_t lines) : context_(context), params_(context.targets()) {
    params_["lines"] = lines;
    params_["follow"] = context.has("follow");
    if (const auto stream = context.value("stream")) params_["stream"] = *stream;
  }

  CtlExit run() {
    const Answer services = context_.ask("services.list", context_.targets());
    if (!services) return context_.fail(services.failure());
    text_.emplace(LogText::Options{list_of(services.result(), "services").size() > 1,
                                   context_.has("timestamps")},
                  context_.out().terminal());
    return context_.has("follow") ? follow() : once();
  }

 private:
  CtlExit once() {
    const Answer answer = read(context_.timeout_or(kNoTimeout));
    return answer ? CtlExit::Done : context_.fail(answer.failure());
  }

  CtlExit follow() {
    context_.ends_by_interrupt();
    Reconnect reconnect{context_};
    if (reconnect.failure()) return context_.fail(*reconnect.failure());
    for (;;) {
      const Answer answer = read(kNoTimeout);
      if (answer || context_.out().gone()) return CtlExit::Done;
      if (const auto over = reconnect.again(answer.failure())) return end(*over);
      // As many as there may be: what was shown is left out.
      params_["lines"] = kMostLines;
      resume_.restart();
    }
  }

  CtlExit end(const Failure& over) {
    return over.kind == Failure::Kind::Interrupted ? CtlExit::Done : context_.fail(over);
  }

  Answer read(Duration timeout) {
    return context_.client().call("logs.follow", params_, timeout, [this](const Json& item) {
      if (const auto bytes = whole_of(item, "skipped_bytes"); bytes && *bytes > 0) {
        context_.notice(fmt::format("too slow: {} left out here",
                                    format_size(Bytes{static_cast<std::uint64_t>(*bytes)})));
      }
      print(resume_.take_new(list_of(item, "lines")));
      return context_.out().flush().ok() && !context_.out().gone();
    });
  }

  void print(const std::vector<Json>& lines) {
    if (!context_.json()) return context_.out().write(text_->format(lines));
    for (const Json& line : lines)
      context_.print_json(line);
  }

  Context& context_;
  Json params_;
  std::optional<LogText> text_;
  LogResume resume_;
};

CtlExit run(Context& context) {
  if (const auto done = run_logs_keeping(context)) return *done;
  const auto lines = lines_wanted(context);
  if (!lines) {
    return context.fail_usage(fmt::format("'{}' is no number of lines; 0 to {}",
                                          context.value("lines").value_or(""), kMostLines));
  }
  const std::string stream = context.value("stream").value_or("out");
  if (stream != "out" && stream != "err") {
    return context.fail_usage(fmt::format("'{}' is no stream; it is out or err", stream));
  }
  return Logs{context, *lines}.run();
}

}  // namespace

const Verb kLogs = {
    .name = "logs",
    .aliases = {},
    .summary = "what services printed, merged in the order of time",
    .usage = "logs [TARGET...] [-f] [-n 50] [--stream out|err] [--timestamps]",
    .details =
        "With more than one instance each line begins with its name; '!' marks stderr. On a "
        "terminal only\ntext, tabs and colours get through; a pipe gets the service's own bytes. "
        "With --json one object a\nline. -f goes on through restarts of the service and of the "
        "controller.\n\nctl logs rotate|flush|usage [TARGET...]\nrotate begins new files and keeps "
        "the old ones as archives, flush throws "
        "away what was printed so far,\nusage says how much there is. A service that is called so "
        "is meant with: ctl logs -- rotate",
    .options = kOptions,
    .least = 0,
    .most = kAnyNumber,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
