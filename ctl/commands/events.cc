#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "ctl/commands/commands.h"
#include "ctl/event_text.h"
#include "ctl/json_fields.h"
#include "ctl/moment_option.h"
#include "ctl/reconnect.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<OptionSpec, 4> kOptions = {{
    {'f', "follow", "", "go on with what happens, until Ctrl-C"},
    {'n', "lines", "50", "how many at most (1 to 1000)"},
    {0, "since", "T", "only what came then or later; all of it without -n"},
    {0, "until", "T", "only what came before"},
}};

constexpr std::int64_t kMostEvents = 1000;

class Events {
 public:
  explicit Events(Context& context) : context_(context) {}

  // `params` are those of events.list. Without a limit everything is read, page by page.
  CtlExit run(Json params) {
    const bool all = !params.contains("limit");
    if (all) params["limit"] = kMostEvents;
    if (all) params["from"] = 0;
    for (bool more = true; more;) {
      const Answer answer = context_.ask("events.list", params);
      if (!answer) return context_.fail(answer.failure());
      const auto events = list_of(answer.result(), "events");
      more = all && events.size() == static_cast<std::size_t>(kMostEvents);
      take(answer.result(), events);
      params["from"] = next_;
    }
    if (context_.has("follow")) return follow();
    return context_.json() ? context_.print_json(result_) : CtlExit::Done;
  }

 private:
  void take(const Json& answer, const std::vector<Json>& events) {
    next_ = whole_of(answer, "next").value_or(0);
    const std::string trouble = text_of(answer, "incomplete");
    if (!trouble.empty()) context_.notice("older events cannot be read: " + trouble);
    if (!context_.json() || context_.has("follow")) return print(events);
    if (result_.empty()) {
      result_ = answer;
      return;
    }
    for (const Json& event : events)
      result_["events"].push_back(event);
    result_["next"] = next_;
  }

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
  Json result_ = Json::object();
  std::int64_t next_ = 0;
};

CtlExit run(Context& context) {
  Json params = context.targets();
  std::string problem = add_limit(context, kMostEvents, "events", params);
  if (problem.empty() && context.has("until") && context.has("follow"))
    problem = "--until and --follow exclude each other";
  if (problem.empty()) problem = add_span(context, params);
  if (!problem.empty()) return context.fail_usage(problem);
  return Events{context}.run(std::move(params));
}

}  // namespace

const Verb kEvents = {
    .name = "events",
    .aliases = {},
    .summary = "what happened: starts, exits, failures, requests",
    .usage = "events [TARGET...] [-f] [-n 50] [--since T] [--until T]",
    .details =
        "Times are as for ctl logs: 10m, 2h30m, \"2026-11-22 10:03\", 10:03, yesterday. With "
        "--json the result\nas it is; with -f --json one event a line.",
    .options = kOptions,
    .least = 0,
    .most = kAnyNumber,
    .wants = {},
    .numbers = false,
    .run = run,
};

}  // namespace mainstay::ctl
