// What a service says of itself (sd_notify(3), s6's notification descriptor). Plain data: it was
// read, its sender was checked, and nobody has acted on it yet.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "base/time.h"

namespace mainstay::model {

// It has started, or has reloaded.
struct NotifyReady {
  bool operator==(const NotifyReady&) const = default;
};
// It reads its configuration again; NotifyReady follows. `began` is the service's own monotonic
// clock at that moment (MONOTONIC_USEC), where it told.
struct NotifyReloading {
  std::optional<MonoTime> began;
  bool operator==(const NotifyReloading&) const = default;
};
struct NotifyStopping {
  bool operator==(const NotifyStopping&) const = default;
};
inline constexpr std::size_t kMaxStatusBytes = 512;
// A line for people: valid UTF-8 without control characters, at most kMaxStatusBytes.
struct NotifyStatus {
  std::string text;
  bool operator==(const NotifyStatus&) const = default;
};
// Why it fails, as an errno or the name of a D-Bus error.
struct NotifyErrno {
  int number = 0;
  bool operator==(const NotifyErrno&) const = default;
};
struct NotifyBusError {
  std::string name;
  bool operator==(const NotifyBusError&) const = default;
};
// A process of its tree is its main process.
struct NotifyMainPid {
  int pid = 0;
  bool operator==(const NotifyMainPid&) const = default;
};
// It lives: the heartbeat.
struct NotifyWatchdog {
  bool operator==(const NotifyWatchdog&) const = default;
};
// It wants to be treated as if its heartbeat had not come in time.
struct NotifyWatchdogTrigger {
  bool operator==(const NotifyWatchdogTrigger&) const = default;
};
// From now on a heartbeat comes at least this often; zero: none comes any more.
struct NotifyWatchdogTime {
  Duration within{0};
  bool operator==(const NotifyWatchdogTime&) const = default;
};
// The start, reload or stop that is under way may last this long from now, whatever its timeout.
struct NotifyExtendTimeout {
  Duration by{0};
  bool operator==(const NotifyExtendTimeout&) const = default;
};

using Notification = std::variant<NotifyReady, NotifyReloading, NotifyStopping, NotifyStatus,
                                  NotifyErrno, NotifyBusError, NotifyMainPid, NotifyWatchdog,
                                  NotifyWatchdogTrigger, NotifyWatchdogTime, NotifyExtendTimeout>;

}  // namespace mainstay::model
