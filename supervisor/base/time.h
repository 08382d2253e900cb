// Two clocks that cannot be mixed up, and durations. Nothing here reads a clock: io/clock.h does.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mainstay {

using Duration = std::chrono::nanoseconds;

// CLOCK_MONOTONIC: every timer, uptime and limit. Valid across processes of one boot.
struct MonoTime {
  Duration since_boot{0};

  auto operator<=>(const MonoTime&) const = default;
  MonoTime operator+(Duration d) const { return {since_boot + d}; }
  MonoTime operator-(Duration d) const { return {since_boot - d}; }
  Duration operator-(MonoTime other) const { return since_boot - other.since_boot; }
};

// CLOCK_REALTIME since 1970 in UTC: display and cron only.
struct WallTime {
  Duration since_epoch{0};

  auto operator<=>(const WallTime&) const = default;
  WallTime operator+(Duration d) const { return {since_epoch + d}; }
  Duration operator-(WallTime other) const { return since_epoch - other.since_epoch; }
  // Whole ones since 1970, as time(2) counts.
  std::int64_t unix_seconds() const {
    return std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count();
  }
};

// Both clocks read at one moment, so that a decision sees one time.
struct Now {
  MonoTime mono;
  WallTime wall;

  // The wall time at which the monotonic clock shows (or showed) `at`, by today's offset.
  WallTime wall_of(MonoTime at) const { return wall + (at - mono); }
};

// RFC 3339 in UTC with milliseconds: "2026-11-22T09:36:32.728Z"; for --json and the API.
std::string format_rfc3339(WallTime at);
// The same with microseconds.
std::string format_rfc3339_micros(WallTime at);
// Accepts what format_rfc3339 writes (0 to 9 fraction digits, Z or ±hh:mm), for the years 1678 to
// 2261.
Result<WallTime> parse_rfc3339(std::string_view text);
// "14:02:11" in the machine's zone (localtime_r).
std::string format_local_clock(WallTime at);
// "2026-11-22 14:02:11" in the machine's zone.
std::string format_local_date_clock(WallTime at);

// The beginning of the day after `at` in the machine's zone; always later than `at`, but for the
// last days that a WallTime can hold.
WallTime next_local_midnight(WallTime at);

// For people, two units at most: "350 ms", "4.2 s", "1m 30s", "2h 03m", "3d 4h".
std::string format_duration(Duration d);
// How long ago, coarse: "3s", "9m", "2h", "4d".
std::string format_age(Duration d);

inline double to_seconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}

}  // namespace mainstay
