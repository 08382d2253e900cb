#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "ctl/commands/commands.h"
#include "ctl/event_text.h"
#include "ctl/json_fields.h"
#include "ctl/reconnect.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 2> kOptions = {{
    {'f', "follow", "", "go on with what happens, until Ctrl-C"},
    {'n', "lines", "50", "how many at most (1 to 1000)"},
}};

constexpr std::int64_t kMostEvents = 1000;

class Events {
 public:
  explicit Events(Context& context) : context_(context) {}

  CtlExit run(std::int64_t limit) {
    Json params = context_.targets();
    params["limit"] = limit;
    const Answer answer = context_.ask("events.list", std::move(params));
    if (!answer) return context_.fail(answer.failure());
    const bool follows = context_.has("follow");
    if (context_.json() && !follows) return context_.print_json(answer.result());
    print(list_of(answer.result(), "events"));
    next_ = whole_of(answer.result(), "next").value_or(0);
    return follows ? follow() : CtlExit::Done;
  }

 private:
  CtlExit follow() {
    context_.ends_by_interrupt();
    static_cast<void>(context_.out().flush());
    Reconnect reconnect{context_};
    if (reconnect.failure()) return context_.fail(*reconnect.failure());
    for (;;) {
      const Answer answer = read();
      if (answer || context_.out().gone()) return CtlExit::Done;
      const auto over = reconnect.again(answer.failure());
      if (!over) continue;
      return over->kind == Failure::Kind::Interrupted ? CtlExit::Done : context_.fail(*over);
    }
  }

  Answer read() {
    Json params = context_.targets();
    params["from"] = next_;
    return context_.client().stream("events.follow", std::move(params), [this](const Json& item) {
      print(list_of(item, "events"));
      return context_.out().flush().ok() && !context_.out().gone();
    });
  }

  void print(const std::vector<Json>& events) {
    for (const Json& event : events) {
      if (const auto id = whole_of(event, "id")) next_ = std::max(next_, *id + 1);
      if (context_.json()) {
        context_.print_json(event);
      } else {
        context_.out().line(event_line(event, context_.out().terminal()));
      }
    }
  }

  Context& context_;
  std::int64_t next_ = 0;
};

CtlExit run(Context& context) {
  const std::string text = context.value("lines").value_or("50");
  const auto limit = whole_number(text, 1, kMostEvents);
  if (!limit) {
    return context.fail_usage(
        fmt::format("'{}' is no number of events; 1 to {}", text, kMostEvents));
  }
  return Events{context}.run(*limit);
}

}  // namespace

const Verb kEvents = {
    .name = "events",
    .aliases = {},
    .summary = "what happened: starts, exits, failures, requests",
    .usage = "events [TARGET...] [-f] [-n 50]",
    .details = "With --json the result as it is; with -f --json one event a line.",
    .options = kOptions,
    .least = 0,
    .most = kAnyNumber,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
