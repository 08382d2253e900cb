#include "ctl/event_text.h"

#include <fmt/format.h>

#include <charconv>
#include <vector>

#include "base/text.h"
#include "base/units.h"
#include "ctl/json_fields.h"
#include "ctl/service_view.h"
#include "mainstay/events.h"

namespace mainstay::ctl {

namespace {

// Data values are strings; a newer supervisor may send numbers.
std::string datum(const Json& data, std::string_view name) {
  const Json* value = member(data, name);
  if (value == nullptr) return "";
  return safe_line(value->is_string() ? value->get<std::string>() : dump_json(*value));
}

std::optional<Duration> milliseconds(const Json& data, std::string_view name) {
  const std::string text = datum(data, name);
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  constexpr std::int64_t kMost = 9'000'000'000'000;
  if (text.empty() || parsed.ec != std::errc{} || value < 0 || value > kMost) return std::nullopt;
  return std::chrono::milliseconds{value};
}

std::string after_run(const Json& data) {
  const auto run = milliseconds(data, "run_ms");
  return run ? fmt::format(" after {}", run_text(*run)) : "";
}

std::string with(std::string phrase, std::string_view before, const std::string& text,
                 std::string_view after = {}) {
  return text.empty() ? phrase : phrase.append(before).append(text).append(after);
}

std::string end_phrase(const Json& data) {
  const std::string signal = datum(data, "signal");
  const std::string code = datum(data, "code");
  if (!signal.empty()) {
    const bool core = datum(data, "core") == "true";
    return fmt::format("died by signal {}{}{}", signal, after_run(data),
                       core ? ", core dumped" : "");
  }
  if (code.empty()) return "ended" + after_run(data);
  return fmt::format("exited with code {}{}", code, after_run(data));
}

std::string ready_phrase(const Json& data) {
  const auto after = milliseconds(data, "after_ms");
  return after ? "ready after " + format_duration(*after) : "ready";
}

std::optional<std::string> size_text(const Json& data, std::string_view name) {
  const std::string text = datum(data, name);
  std::uint64_t bytes = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), bytes);
  if (text.empty() || parsed.ec != std::errc{}) return std::nullopt;
  return format_size(Bytes{bytes});
}

// "used 512 MB of limits.memory 500 MB"
std::string memory_phrase(const Json& data) {
  const std::string limit = "limits.memory " + size_text(data, "limit_bytes").value_or("");
  if (datum(data, "killed") == "true") return "killed by the kernel at " + limit;
  const auto used = size_text(data, "used_bytes");
  return used ? fmt::format("used {} of {}", *used, limit) : "has reached " + limit;
}

std::string exited_phrase(const Json& data) {
  if (const std::string error = datum(data, "error"); !error.empty()) return error;
  const std::string cause = datum(data, "cause");
  const std::string because = with(cause, ": ", datum(data, "note"));
  return with(end_phrase(data), " (", cause == "exited" ? "" : because, ")");
}

std::string started_phrase(const Json& data) {
  const std::string phrase = with("started", " (", datum(data, "cause"), ")");
  return with(phrase, ", pid ", datum(data, "pid"));
}

std::string backoff_phrase(const Json& data) {
  const auto delay = milliseconds(data, "delay_ms");
  std::string phrase = delay ? "start in " + format_duration(*delay) : "waits to be restarted";
  phrase = with(phrase, " after ", datum(data, "cause"));
  phrase = with(phrase, " ", datum(data, "attempt"));
  return with(phrase, " of ", datum(data, "max_restarts"));
}

std::string restarted_phrase(const Json& data) {
  if (datum(data, "cause") != "crash loop") return "the controller was replaced; services went on";
  return fmt::format("drain mode is over: a whole controller again, after {} crashes",
                     datum(data, "crashes"));
}

std::string action_phrase(const Json& data) {
  const std::string verb = datum(data, "verb");
  std::string phrase = with(verb.empty() ? "a request" : verb, " ", datum(data, "signal"));
  if (!datum(data, "rollback").empty()) phrase += " --rollback";
  phrase = with(phrase, " ", datum(data, "targets"));
  phrase = with(phrase, " to ", datum(data, "instances"));
  phrase = with(phrase, ": ", datum(data, "why"));
  const std::string user = datum(data, "user");
  phrase = with(phrase, ", asked by ",
                with(datum(data, "who"), " ", user.empty() ? "" : "(" + user + ")"));
  phrase = with(phrase, ": ", datum(data, "result"));
  return with(phrase, ": ", datum(data, "reason"));
}

std::string rotated_phrase(const Json& data) {
  std::string phrase = with("log rotated", ": ", datum(data, "log"));
  phrase = with(phrase, " is now ", datum(data, "archive"));
  phrase = with(phrase, " (", datum(data, "cause"), ")");
  return with(phrase, ", ", datum(data, "times"), " times since the last such event");
}

// "log backend.out.log: disk full, output is thrown away until there is room"
std::string dropped_phrase(const Json& data) {
  const std::string log = "log " + datum(data, "log");
  if (datum(data, "ended") != "true") {
    return log + ": the disk is full, output is counted and thrown away until there is room";
  }
  const std::string lost = datum(data, "bytes") + " bytes";
  return log + ": can be written again, " + with(lost, " (", datum(data, "lines"), " lines)") +
         " are lost";
}

// "monitor database (tcp db.internal:5432) is down: connection refused on 10.0.0.7:5432"
std::string monitor_phrase(const Json& data, std::string_view state) {
  const std::string what = with(datum(data, "check"), " ", datum(data, "target"));
  const std::string phrase = with("monitor " + datum(data, "monitor"), " (", what, ")");
  return with(fmt::format("{} is {}", phrase, state), ": ", datum(data, "error"));
}

// All of it: nothing is hidden only because it is not known.
std::string unknown_phrase(std::string_view kind, const Json& data) {
  std::string phrase = safe_line(kind);
  if (!data.is_object()) return phrase;
  for (const auto& [name, value] : data.items()) {
    phrase += fmt::format(" {}={}", safe_line(name), datum(data, name));
  }
  return phrase;
}

std::string known_phrase(EventKind kind, const Json& data) {
  switch (kind) {
    case EventKind::ServiceStarted:
      return started_phrase(data);
    case EventKind::ServiceReady:
      return ready_phrase(data);
    case EventKind::ServiceExited:
      return exited_phrase(data);
    case EventKind::ServiceBackoff:
      return backoff_phrase(data);
    case EventKind::ServiceFailed:
      return with("failed", ": ", datum(data, "reason"));
    case EventKind::ServiceStopped:
      return with("stopped", ", asked by ", datum(data, "who"));
    case EventKind::SupervisorStarted:
      return with("supervisor started", ", version ", datum(data, "version"));
    case EventKind::SupervisorRestarted:
      return restarted_phrase(data);
    case EventKind::ConfigApplied:
      return with(
          datum(data, "rollback").empty() ? "configuration applied" : "configuration rolled back",
          ": ", datum(data, "file"));
    case EventKind::ConfigRejected:
      return with("configuration rejected", ": ", datum(data, "message"));
    case EventKind::Action:
      return action_phrase(data);
    case EventKind::LogRotated:
      return rotated_phrase(data);
    case EventKind::LogDropped:
      return dropped_phrase(data);
    case EventKind::ServiceHealthy:
      return with("healthy again", ": ", datum(data, "reason"));
    case EventKind::ServiceUnhealthy:
      return with("unhealthy", ": ", datum(data, "reason"));
    case EventKind::ServiceFrozen:
      return with("frozen", ": ", datum(data, "reason"));
    case EventKind::MonitorDown:
      return monitor_phrase(data, "down");
    case EventKind::MonitorUp:
      return monitor_phrase(data, "up again");
    case EventKind::MemoryExceeded:
      return memory_phrase(data);
  }
  return "";
}

Tone tone_of_kind(std::string_view kind) {
  if (kind == to_string(EventKind::ServiceFailed)) return Tone::Bad;
  if (kind == to_string(EventKind::ConfigRejected)) return Tone::Bad;
  if (kind == to_string(EventKind::ServiceUnhealthy)) return Tone::Bad;
  if (kind == to_string(EventKind::ServiceFrozen)) return Tone::Bad;
  if (kind == to_string(EventKind::MemoryExceeded)) return Tone::Bad;
  if (kind == to_string(EventKind::MonitorDown)) return Tone::Bad;
  if (kind == to_string(EventKind::ServiceBackoff)) return Tone::Warn;
  return Tone::Plain;
}

}  // namespace

std::string event_phrase(const Json& event) {
  const std::string kind = raw_text_of(event, "kind");
  const Json* data = member(event, "data");
  const Json nothing = Json::object();
  const Json& details = data != nullptr ? *data : nothing;
  for (std::size_t i = 0; i < kEventKindNames.size(); ++i) {
    if (kEventKindNames[i] == kind) return known_phrase(static_cast<EventKind>(i), details);
  }
  return unknown_phrase(kind, details);
}

std::string local_time_text(WallTime at, WallTime now) {
  const bool recent = now - at < std::chrono::hours{24} && at <= now + std::chrono::hours{24};
  return recent ? format_local_clock(at) : format_local_date_clock(at);
}

std::string event_time(const Json& event, WallTime now) {
  const auto at = time_of(event, "at");
  return at ? local_time_text(*at, now) : "";
}

std::string event_line(const Json& event, const Terminal& terminal) {
  const auto at = time_of(event, "at");
  std::string who = text_of(event, "instance");
  if (who.empty()) who = text_of(event, "service");
  if (who.empty()) who = "mainstay";
  return fmt::format(
      "{:<19}  {:<14}  {}", at ? format_local_date_clock(*at) : "", who,
      paint(event_phrase(event), tone_of_kind(raw_text_of(event, "kind")), terminal));
}

}  // namespace mainstay::ctl
