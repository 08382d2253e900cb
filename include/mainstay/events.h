// The kinds of events, as named in `ctl events`, the API and the history.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace mainstay {

enum class EventKind : std::uint8_t {
  ServiceStarted,
  ServiceReady,
  ServiceExited,
  ServiceBackoff,
  ServiceFailed,
  ServiceStopped,
  SupervisorStarted,
  SupervisorRestarted,  // a new controller took over from one that died
  ConfigApplied,
  ConfigRejected,
  Action,          // somebody asked for a change: an audit entry
  LogRotated,      // a log was cut: its name leads to a new file now
  LogDropped,      // the disk is full, and what is printed is thrown away; and again when that has
                   // ended
  ServiceHealthy,  // again, after it was unhealthy
  ServiceUnhealthy,  // one of its checks failed as often as it may
  ServiceFrozen,     // the same of a `frozen` check
  MemoryExceeded,    // limits.memory
  MonitorDown,       // one of `monitors` failed as often as it may
  MonitorUp,         // again, after it was down
};

inline constexpr std::array<std::string_view, 19> kEventKindNames = {"service_started",
                                                                     "service_ready",
                                                                     "service_exited",
                                                                     "service_backoff",
                                                                     "service_failed",
                                                                     "service_stopped",
                                                                     "supervisor_started",
                                                                     "supervisor_restarted",
                                                                     "config_applied",
                                                                     "config_rejected",
                                                                     "action",
                                                                     "log_rotated",
                                                                     "log_dropped",
                                                                     "service_healthy",
                                                                     "service_unhealthy",
                                                                     "service_frozen",
                                                                     "memory_exceeded",
                                                                     "monitor_down",
                                                                     "monitor_up"};

constexpr std::string_view to_string(EventKind kind) {
  return kEventKindNames[static_cast<std::size_t>(kind)];
}

}  // namespace mainstay
