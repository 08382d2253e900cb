// Times as the database has them, and the spans that samples are gathered in.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace mainstay::history {

inline constexpr Duration kCoarseStep = std::chrono::minutes{5};  // one span

// Microseconds.
inline constexpr std::int64_t kTenth = 100'000;
inline constexpr std::int64_t kSpan =
    std::chrono::floor<std::chrono::microseconds>(kCoarseStep).count();
// What a row of `coarse` covers: larger rows would not fit into a page of the database four times,
// and then take one each.
inline constexpr std::int64_t kSpansOfRow = 24;
inline constexpr std::int64_t kRowSpan = kSpansOfRow * kSpan;

constexpr std::int64_t micros(WallTime at) {
  return std::chrono::floor<std::chrono::microseconds>(at.since_epoch).count();
}
// The nearest that there is: a damaged file may have any number.
constexpr WallTime wall_of(std::int64_t micros) {
  constexpr std::int64_t kFarthest =
      std::chrono::floor<std::chrono::microseconds>(Duration::max()).count();
  return {std::chrono::microseconds{std::clamp(micros, -kFarthest, kFarthest)}};
}

// The greatest multiple of `step` that is not above `value`.
constexpr std::int64_t floor_to(std::int64_t value, std::int64_t step) {
  const std::int64_t rest = value % step;
  return value - (rest < 0 ? rest + step : rest);
}

}  // namespace mainstay::history
