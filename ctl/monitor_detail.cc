// One monitor, in full.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"
#include "base/units.h"
#include "ctl/labelled.h"
#include "ctl/monitor_text.h"

namespace mainstay::ctl {

namespace {

constexpr std::size_t kLooksInWhy = 8;

std::string clock_of(const MonitorLook& look) {
  return look.at ? format_local_clock(*look.at) : "";
}

std::string outcome_of(const MonitorLook& look) {
  std::string text = look.result;
  if (look.latency_ms && look.result != "unknown") text += " in " + latency_text(*look.latency_ms);
  return text;
}

// "database is down since 4m: failed 11 times in a row: …"
std::string headline(const MonitorView& monitor, WallTime now) {
  std::string out = fmt::format("{} is {}", monitor.name, monitor.state);
  if (monitor.since) out += fmt::format(" since {}", format_age(now - *monitor.since));
  const std::string trouble = trouble_text(monitor, now);
  if (!trouble.empty()) return out + ": " + trouble;
  if (!monitor.last_look) return out + ": not looked at yet";
  return out + fmt::format("; last looked at {} ago", format_age(now - *monitor.last_look));
}

std::string next_text(const MonitorView& monitor) {
  if (!monitor.interval) return "";
  std::string out = "a look every " + format_exact(*monitor.interval);
  if (monitor.timeout) out += fmt::format(", which may take {}", format_exact(*monitor.timeout));
  return out;
}

std::vector<std::string> rules_of(const MonitorView& monitor) {
  if (monitor.failures_allowed == 0) return {};
  const auto so_many = [](std::int64_t count, std::string_view one, std::string_view more) {
    return count == 1 ? fmt::format("one {}", one) : fmt::format("{} {} in a row", count, more);
  };
  return {monitor.kind + " " + monitor.target,
          "down after " + so_many(monitor.failures_allowed, "failure", "failures"),
          "up after " + so_many(monitor.successes_needed, "success", "successes")};
}

// "of 60 looks 49 passed, 11 failed; half of the answers within 0.3 ms, the slowest took 12 ms"
std::string answers_text(const MonitorView& monitor) {
  std::map<std::string, std::size_t> counts;
  std::vector<double> times;
  for (const MonitorLook& look : monitor.looks) {
    ++counts[look.result];
    if (look.result == "passed" && look.latency_ms) times.push_back(*look.latency_ms);
  }
  if (counts.empty()) return "";
  std::vector<std::string> parts;
  for (const std::string_view result : {"passed", "failed", "unknown"}) {
    if (const auto count = counts.find(std::string{result}); count != counts.end())
      parts.push_back(fmt::format("{} {}", count->second, result));
  }
  std::string out =
      fmt::format("of {}: {}", count_of(monitor.looks.size(), "look"), join(parts, ", "));
  if (times.empty()) return out;
  std::sort(times.begin(), times.end());
  return out + fmt::format("; half of the answers within {}, the slowest took {}",
                           latency_text(times[(times.size() - 1) / 2]), latency_text(times.back()));
}

std::vector<std::string> latest(const MonitorView& monitor, std::size_t most) {
  const std::size_t skipped = monitor.looks.size() - std::min(most, monitor.looks.size());
  std::vector<std::string> out;
  for (std::size_t i = skipped; i < monitor.looks.size(); ++i)
    out.push_back(clock_of(monitor.looks[i]) + " " + outcome_of(monitor.looks[i]));
  return out;
}

std::string fact(std::string_view label, const std::string& text) {
  return text.empty() ? "" : fmt::format("  {:<13}{}\n", label, text);
}

std::string moment(const std::optional<WallTime>& at, WallTime now) {
  if (!at) return "";
  return fmt::format("{} ({} ago)", format_local_date_clock(*at), format_age(now - *at));
}

}  // namespace

std::string why_monitor_text(const MonitorView& monitor, WallTime now, const Terminal& terminal) {
  const std::string_view between = symbols_for(terminal).between;
  std::string out = headline(monitor, now) + "\n";
  out += labelled("next", next_text(monitor), terminal);
  out += labelled("answers", answers_text(monitor), terminal);
  out += labelled("before", latest(monitor, kLooksInWhy), between, terminal);
  out += labelled("rules", rules_of(monitor), between, terminal);
  return out;
}

std::string show_monitor_text(const MonitorView& monitor, WallTime now, const Terminal& terminal) {
  std::string out = fmt::format("{}  {}, a monitor\n", monitor.name,
                                paint(monitor.state, tone_of(monitor), terminal));
  out += fact("looks at", monitor.kind + " " + monitor.target);
  out += fact("since", moment(monitor.since, now));
  out += fact("trouble", trouble_text(monitor, now));
  out += fact("last look", moment(monitor.last_look, now));
  out += fact("last good", moment(monitor.last_good, now));
  out += fact("answer", monitor.latency_ms ? latency_text(*monitor.latency_ms) : "");
  out += fact("answers", answers_text(monitor));
  out += fact("next", next_text(monitor));
  out += fact("rules", join(rules_of(monitor), ", "));
  bool first = true;
  for (const std::string& look : latest(monitor, monitor.looks.size()))
    out += fact(std::exchange(first, false) ? "history" : "", look);
  return out;
}

}  // namespace mainstay::ctl
