#include "ctl/monitor_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ctl/display_width.h"
#include "ctl/json_fields.h"
#include "ctl/table.h"

namespace mainstay::ctl {

namespace {

enum Index : std::size_t { Name, State, Check, Target, Answer, Since };

constexpr std::array<std::size_t, 6> kWide = {Name, State, Check, Target, Answer, Since};
constexpr std::array<std::size_t, 4> kMedium = {Name, State, Answer, Since};
constexpr std::array<std::size_t, 2> kNarrow = {Name, State};
constexpr std::array<ColumnSet, 3> kSets = {kWide, kMedium, kNarrow};

std::vector<Column> columns() {
  return {{"NAME", Align::Left, 10},  {"STATE", Align::Left, 7},   {"CHECK", Align::Left, 7},
          {"TARGET", Align::Left, 0}, {"ANSWER", Align::Right, 8}, {"SINCE", Align::Right, 6}};
}

Tone tone_of(const MonitorView& monitor) {
  if (monitor.is_down()) return Tone::Bad;
  return monitor.state == "up" ? Tone::Good : Tone::Plain;
}

std::string latency_text(double milliseconds) {
  return milliseconds < 10 ? fmt::format("{:.1f} ms", milliseconds)
                           : fmt::format("{:.0f} ms", milliseconds);
}

std::vector<Cell> row_of(const MonitorView& monitor, WallTime now, const Terminal& terminal) {
  const std::string none{symbols_for(terminal).none};
  return {{monitor.name},
          {monitor.state, tone_of(monitor)},
          {monitor.kind},
          {monitor.target},
          {monitor.latency_ms ? latency_text(*monitor.latency_ms) : none},
          {monitor.since ? format_age(now - *monitor.since) : none}};
}

// "database: failed 11 times in a row: connection refused on 10.0.0.7:5432; last good 4m ago"
std::string trouble_line(const MonitorView& monitor, WallTime now) {
  std::string line = monitor.name + ": ";
  if (monitor.is_down() && monitor.failures > 0)
    line += fmt::format("failed {} times in a row: ", monitor.failures);
  else if (monitor.failures > 0)
    line += fmt::format("{} of {} failed: ", monitor.failures, monitor.failures_allowed);
  line += monitor.last_error;
  if (monitor.last_good)
    line += fmt::format("; last good {} ago", format_age(now - *monitor.last_good));
  return line;
}

}  // namespace

std::vector<MonitorView> monitor_views(const Json& result) {
  std::vector<MonitorView> out;
  for (const Json& monitor : list_of(result, "monitors")) {
    out.push_back(
        {text_of(monitor, "name"), text_of(monitor, "state"), text_of(monitor, "kind"),
         text_of(monitor, "target"), number_of(monitor, "latency_ms"), time_of(monitor, "since"),
         time_of(monitor, "last_good_at"), whole_of(monitor, "failures").value_or(0),
         whole_of(monitor, "failures_allowed").value_or(0), text_of(monitor, "last_error")});
  }
  return out;
}

std::string monitors_text(std::span<const MonitorView> monitors, WallTime now,
                          const Terminal& terminal) {
  if (monitors.empty()) {
    return "No monitors are declared. Add some under 'monitors:' in the ecosystem file, "
           "then ctl down and ctl up.\n";
  }
  Table table{columns()};
  for (const MonitorView& monitor : monitors)
    table.add(row_of(monitor, now, terminal));
  std::string out = table.render(kSets, terminal);
  for (const MonitorView& monitor : monitors) {
    if (monitor.last_error.empty()) continue;
    const std::string line = trouble_line(monitor, now);
    out +=
        terminal.width ? shorten_end(line, *terminal.width, symbols_for(terminal).ellipsis) : line;
    out += '\n';
  }
  return out;
}

CtlExit monitors_exit(std::span<const MonitorView> monitors) {
  const bool down = std::any_of(monitors.begin(), monitors.end(),
                                [](const MonitorView& monitor) { return monitor.is_down(); });
  return down ? CtlExit::NotRunning : CtlExit::Done;
}

}  // namespace mainstay::ctl
