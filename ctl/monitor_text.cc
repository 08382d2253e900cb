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

std::vector<Cell> row_of(const MonitorView& monitor, WallTime now, const Terminal& terminal) {
  const std::string none{symbols_for(terminal).none};
  return {{monitor.name},
          {monitor.state, tone_of(monitor)},
          {monitor.kind},
          {monitor.target},
          {monitor.latency_ms ? latency_text(*monitor.latency_ms) : none},
          {monitor.since ? format_age(now - *monitor.since) : none}};
}

}  // namespace

std::string latency_text(double milliseconds) {
  return milliseconds < 10 ? fmt::format("{:.1f} ms", milliseconds)
                           : fmt::format("{:.0f} ms", milliseconds);
}

Tone tone_of(const MonitorView& monitor) {
  if (monitor.is_down()) return Tone::Bad;
  return monitor.state == "up" ? Tone::Good : Tone::Plain;
}

std::string trouble_text(const MonitorView& monitor, WallTime now) {
  if (monitor.last_error.empty()) return "";
  std::string line;
  if (monitor.is_down() && monitor.failures > 0)
    line += fmt::format("failed {} times in a row: ", monitor.failures);
  else if (monitor.failures > 0)
    line += fmt::format("{} of {} failed: ", monitor.failures, monitor.failures_allowed);
  line += monitor.last_error;
  if (monitor.last_good)
    line += fmt::format("; last good {} ago", format_age(now - *monitor.last_good));
  return line;
}

std::vector<MonitorView> monitor_views(const Json& result) {
  std::vector<MonitorView> out;
  for (const Json& monitor : list_of(result, "monitors")) {
    MonitorView& view =
        out.emplace_back(MonitorView{text_of(monitor, "name"),
                                     text_of(monitor, "state"),
                                     text_of(monitor, "kind"),
                                     text_of(monitor, "target"),
                                     number_of(monitor, "latency_ms"),
                                     time_of(monitor, "since"),
                                     time_of(monitor, "last_good_at"),
                                     whole_of(monitor, "failures").value_or(0),
                                     whole_of(monitor, "failures_allowed").value_or(0),
                                     text_of(monitor, "last_error"),
                                     whole_of(monitor, "successes_needed").value_or(1),
                                     seconds_of(monitor, "interval_seconds"),
                                     seconds_of(monitor, "timeout_seconds"),
                                     time_of(monitor, "last_at"),
                                     {}});
    for (const Json& look : list_of(monitor, "history")) {
      view.looks.push_back(
          {time_of(look, "at"), text_of(look, "result"), number_of(look, "latency_ms")});
    }
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
    const std::string line = monitor.name + ": " + trouble_text(monitor, now);
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
