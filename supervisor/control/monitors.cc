// monitors.list.
#include <algorithm>
#include <string>
#include <vector>

#include "base/text.h"
#include "checks/monitors.h"
#include "control/context.h"
#include "control/json_writer.h"
#include "control/method.h"
#include "mainstay/protocol.h"

namespace mainstay::control {

namespace {

using checks::MonitorStatus;

std::string_view state_of(const MonitorStatus& monitor) {
  if (monitor.down) return "down";
  return monitor.state.health == Health::Healthy ? "up" : "unknown";
}

std::string_view word_for(checks::CheckVerdict verdict) {
  switch (verdict) {
    case checks::CheckVerdict::Passed:
      return "passed";
    case checks::CheckVerdict::Failed:
      return "failed";
    case checks::CheckVerdict::Unknown:
      break;
  }
  return "unknown";
}

void write_latency(JsonWriter& out, Duration latency) {
  out.number(to_seconds(latency) * 1000, 1);
}

void write_history(JsonWriter& out, const MonitorStatus& monitor) {
  out.key("history").open_list();
  for (const checks::PastLook& look : *monitor.history) {
    out.open_object().key("at").time(look.at).key("result").text(word_for(look.verdict));
    out.key("latency_ms");
    write_latency(out, look.latency);
    out.close_object();
  }
  out.close_list();
}

void write_monitor(JsonWriter& out, const MonitorStatus& monitor, bool history) {
  const auto& state = monitor.state;
  out.open_object().key("name").text(monitor.name).key("state").text(state_of(monitor));
  out.key("kind").text(monitor.kind).key("target").text(monitor.target);
  out.key("since").time(monitor.since);
  out.key("last_at").time(monitor.last_at);
  out.key("last_good_at").time(monitor.last_good_at);
  out.key("latency_ms");
  if (state.last_at) {
    write_latency(out, state.latency);
  } else {
    out.null();
  }
  out.key("failures").whole(state.failures);
  out.key("failures_allowed").whole(monitor.failures_allowed);
  out.key("successes_needed").whole(monitor.successes_needed);
  out.key("interval_seconds").seconds(monitor.interval);
  out.key("timeout_seconds").seconds(monitor.timeout);
  out.key("last_error").text_or_null(state.last_error);
  if (history) write_history(out, monitor);
  out.close_object();
}

bool is_wanted(const MonitorStatus& monitor, const std::vector<std::string>& targets) {
  return targets.empty() || std::any_of(targets.begin(), targets.end(), [&](const auto& target) {
           return target == "all" || target == monitor.name ||
                  (is_glob(target) && matches_glob(target, monitor.name));
         });
}

// A target that means none of them.
std::optional<RpcFailure> missing(const std::vector<MonitorStatus>& monitors,
                                  const std::vector<std::string>& targets) {
  std::vector<std::string> names;
  for (const MonitorStatus& monitor : monitors)
    names.push_back(monitor.name);
  for (const std::string& target : targets) {
    const std::vector<std::string> one{target};
    const bool found = target == "all" ||
                       std::any_of(monitors.begin(), monitors.end(),
                                   [&](const auto& monitor) { return is_wanted(monitor, one); });
    if (found) continue;
    const std::string shown = to_valid_utf8(target);
    const std::string what = is_glob(target)
                                 ? "no monitor matches '" + shown + "'"
                                 : "no monitor named '" + shown + "'" + did_you_mean(target, names);
    return RpcFailure{RpcError::NoSuchTarget, "no_such_monitor", what};
  }
  return std::nullopt;
}

}  // namespace

void monitors_list(Context& context, const Call& call, Params& params) {
  const auto targets = params.texts("targets");
  const bool history = params.flag("history", false);
  if (refused(call, params)) return;
  const auto all = context.parts.monitors != nullptr ? context.parts.monitors->list(context.now())
                                                     : std::vector<MonitorStatus>{};
  if (const auto failure = missing(all, targets)) return call.fail(*failure);
  JsonWriter out;
  out.open_object().key("monitors").open_list();
  for (const MonitorStatus& monitor : all) {
    if (is_wanted(monitor, targets)) write_monitor(out, monitor, history);
  }
  out.close_list().close_object();
  call.answer(out.take());
}

}  // namespace mainstay::control
