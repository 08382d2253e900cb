#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <variant>

#include "base/units.h"
#include "ctl/commands/commands.h"
#include "ctl/json_fields.h"
#include "ctl/log_request.h"
#include "ctl/log_resume.h"
#include "ctl/log_text.h"
#include "ctl/reconnect.h"
#include "io/clock.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 10> kOptions = {{
    {'f', "follow", "", "go on with what comes, until Ctrl-C"},
    {'n', "lines", "50", "the last so many lines, over all services (at most 100000)"},
    {0, "since", "T", "only what came then or later; all of it without -n"},
    {0, "until", "T", "only what came before"},
    {0, "grep", "RE", "only lines in which this regular expression is found"},
    {'i', "ignore-case", "", "of letters, for --grep"},
    {0, "level", "error|warn|info|debug", "only what is that severe, stack traces whole"},
    {0, "stream", "out|err", "only one of the two"},
    {0, "timestamps", "", "when each line was printed"},
    {0, "raw", "", "the service's bytes as they are, on a terminal too"},
}};

class Logs {
 public:
  Logs(Context& context, Json params) : context_(context), params_(std::move(params)) {}

  CtlExit run() {
    const Answer services = context_.ask("services.list", context_.targets());
    if (!services) return context_.fail(services.failure());
    text_.emplace(LogText::Options{list_of(services.result(), "services").size() > 1,
                                   context_.has("timestamps"), context_.has("raw")},
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
      ask_from_where_it_broke();
    }
  }

  // More than is missing: what was shown is left out.
  void ask_from_where_it_broke() {
    resume_.restart();
    params_.erase("lines");
    params_["since"] = format_rfc3339_micros(std::max(resume_.since(begun_), asked_since()));
  }

  WallTime asked_since() const { return time_of(params_, "since").value_or(WallTime{}); }

  CtlExit end(const Failure& over) {
    return over.kind == Failure::Kind::Interrupted ? CtlExit::Done : context_.fail(over);
  }

  Answer read(Duration timeout) {
    return context_.client().call("logs.follow", params_, timeout, [this](const Json& item) {
      if (const auto bytes = whole_of(item, "skipped_bytes"); bytes && *bytes > 0) {
        context_.notice(fmt::format("too slow: {} left out here",
                                    format_size(Bytes{static_cast<std::uint64_t>(*bytes)})));
      }
      for (const std::string& problem : lines_of(item, "problems"))
        context_.notice(problem);
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
  WallTime begun_ = io::read_clocks().wall;
  std::optional<LogText> text_;
  LogResume resume_;
};

CtlExit run(Context& context) {
  if (const auto done = run_logs_keeping(context)) return *done;
  auto request = log_request(context, io::read_clocks().wall);
  if (const auto* problem = std::get_if<std::string>(&request)) return context.fail_usage(*problem);
  return Logs{context, std::get<Json>(std::move(request))}.run();
}

}  // namespace

const Verb kLogs = {
    .name = "logs",
    .aliases = {},
    .summary = "what services printed, merged in the order of time",
    .usage =
        "logs [TARGET...] [-f] [-n 50] [--since T] [--until T] [--grep RE] [--level error] "
        "[--stream out|err] [--timestamps] [--raw]",
    .details =
        "With more than one instance each line begins with its name; '!' marks stderr. On a "
        "terminal only\ntext, tabs and colours get through; a pipe gets the service's own bytes. "
        "With --json one object a\nline. -f goes on through restarts of the service and of the "
        "controller.\nT is 10m or 2h30m (ago), 10:03, '2026-11-22 10:03', 2026-11-22T10:03:00Z, "
        "today, yesterday or now.\nA line that does not say how severe it is counts as debug."

        "\n\nctl logs rotate|flush|usage [TARGET...]\nrotate begins new files and keeps "
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
