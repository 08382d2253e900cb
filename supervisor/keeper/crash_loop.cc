#include "keeper/crash_loop.h"

#include <algorithm>
#include <iterator>

namespace mainstay::keeper {

namespace {

constexpr std::int64_t kWindow = 60 * kSecondNs;
constexpr std::int64_t kPauses[] = {0, kSecondNs / 10, kSecondNs, 5 * kSecondNs};
constexpr std::int64_t kLongestPause = kPauses[std::size(kPauses) - 1];

}  // namespace

std::int64_t CrashLoop::crashed(std::int64_t began, std::int64_t now) {
  if (drains()) return now + kLongestPause;
  const bool lasted = now - began > kWindow;
  if (lasted) {
    mode_ = Mode::Normal;
    crashes_ = 0;
    quiet_ = pace_.quiet;
  }
  recent_[crashes_++ % std::size(recent_)] = now;
  if (pace_.at_once) return now;
  const bool loops =
      crashes_ >= std::size(recent_) && recent_[crashes_ % std::size(recent_)] > now - kWindow;
  if (loops || on_trial()) return drain(now);
  return now + kPauses[std::min<std::size_t>(crashes_, std::size(kPauses)) - 1];
}

std::int64_t CrashLoop::drain(std::int64_t now) {
  mode_ = Mode::Drain;
  drains_until_ = now + quiet_;
  quiet_ = std::min(2 * quiet_, pace_.longest_quiet);
  return now;
}

void CrashLoop::try_again() {
  mode_ = Mode::Trial;
}

}  // namespace mainstay::keeper
