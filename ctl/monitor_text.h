// Monitors as ctl shows them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "ctl/terminal.h"
#include "mainstay/exit_codes.h"

namespace mainstay::ctl {

struct MonitorLook {
  std::optional<WallTime> at;
  std::string result;  // "passed", "failed", "unknown"
  std::optional<double> latency_ms;
};

// Every text is one line, safe for a terminal.
struct MonitorView {
  std::string name;
  std::string state;  // "up", "down", "unknown"
  std::string kind;
  std::string target;
  std::optional<double> latency_ms;
  std::optional<WallTime> since;
  std::optional<WallTime> last_good;
  std::int64_t failures = 0;
  std::int64_t failures_allowed = 0;
  std::string last_error;
  std::int64_t successes_needed = 1;
  std::optional<Duration> interval;
  std::optional<Duration> timeout;
  std::optional<WallTime> last_look;
  std::vector<MonitorLook> looks;  // the latest, oldest first, where they were asked for

  bool is_down() const { return state == "down"; }
};

std::vector<MonitorView> monitor_views(const Json& result);

// A table, and below it what is wrong with those that are not up.
std::string monitors_text(std::span<const MonitorView> monitors, WallTime now,
                          const Terminal& terminal);
// What `ctl why` says of one, and what `ctl show` does.
std::string why_monitor_text(const MonitorView& monitor, WallTime now, const Terminal& terminal);
std::string show_monitor_text(const MonitorView& monitor, WallTime now, const Terminal& terminal);
// "0.3 ms"
std::string latency_text(double milliseconds);
// "failed 11 times in a row: connection refused on 10.0.0.7:5432; last good 4m ago"; empty:
// nothing.
std::string trouble_text(const MonitorView& monitor, WallTime now);
Tone tone_of(const MonitorView& monitor);

// NotRunning when one is down.
CtlExit monitors_exit(std::span<const MonitorView> monitors);

}  // namespace mainstay::ctl
