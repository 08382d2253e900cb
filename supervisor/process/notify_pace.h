// How fast a run may notify: one that says more in one stretch rests until the stretch is over. Its
// next messages wait in its socket meanwhile, and it waits for room there. Pure.
#pragma once

#include <optional>

#include "base/time.h"

namespace mainstay::process {

class NotifyPace {
 public:
  static constexpr int kMostInStretch = 64;
  static constexpr Duration kStretch = std::chrono::milliseconds{50};

  // One more is there at `now`. Nothing: it may be heard, else how long to rest first.
  std::optional<Duration> take(MonoTime now) {
    if (now - stretch_ >= kStretch) {
      stretch_ = now;
      in_stretch_ = 0;
    }
    if (++in_stretch_ <= kMostInStretch) return std::nullopt;
    return stretch_ + kStretch - now;
  }

 private:
  int in_stretch_ = 0;
  MonoTime stretch_;  // its beginning
};

}  // namespace mainstay::process
