// The time of a file, which anybody can set to anything.
#pragma once

#include <algorithm>
#include <cstdint>
#include <ctime>

namespace mainstay::logs {

// Nanoseconds since 1970, between then and 2200: sums with it cannot overflow.
inline std::int64_t file_time_ns(const timespec& at) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  constexpr std::int64_t kLatestSecond = 7'258'118'400;
  return std::clamp<std::int64_t>(at.tv_sec, 0, kLatestSecond) * kSecond + at.tv_nsec;
}

}  // namespace mainstay::logs
