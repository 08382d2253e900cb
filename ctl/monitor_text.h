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

  bool is_down() const { return state == "down"; }
};

std::vector<MonitorView> monitor_views(const Json& result);

// A table, and below it what is wrong with those that are not up.
std::string monitors_text(std::span<const MonitorView> monitors, WallTime now,
                          const Terminal& terminal);
// NotRunning when one is down.
CtlExit monitors_exit(std::span<const MonitorView> monitors);

}  // namespace mainstay::ctl
