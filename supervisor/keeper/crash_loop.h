// When the controller dies again and again: how long to wait before the next one, and whether that
// one only drains (it reads logs, shows what there is and decides nothing). Times are in ns of
// CLOCK_MONOTONIC.
#pragma once

#include <cstdint>

namespace mainstay::keeper {

inline constexpr std::int64_t kSecondNs = 1'000'000'000;

struct CrashPace {
  std::int64_t quiet = 60 * kSecondNs;  // how long the first drain mode lasts; each further one
  std::int64_t longest_quiet = 3600 * kSecondNs;  // twice as long, up to this
  bool at_once = false;  // no pauses and no drain mode, however many die (tests)
};

class CrashLoop {
 public:
  explicit CrashLoop(const CrashPace& pace) : pace_(pace), quiet_(pace.quiet) {}

  // The controller that had begun at `began` has died at `now`; returns when to start the next one.
  std::int64_t crashed(std::int64_t began, std::int64_t now);
  // Drain mode is over: the next controller is a whole one again, on trial.
  void try_again();

  // What the next controller is, or the present one.
  bool drains() const { return mode_ == Mode::Drain; }
  bool on_trial() const { return mode_ == Mode::Trial; }
  // While it drains: when to try a whole one again.
  std::int64_t drains_until() const { return drains_until_; }
  // Deaths one after the other in a short time, not counting those of controllers that drained.
  std::uint32_t crashes() const { return crashes_; }

 private:
  enum class Mode { Normal, Drain, Trial };

  std::int64_t drain(std::int64_t now);

  CrashPace pace_;
  Mode mode_ = Mode::Normal;
  std::uint32_t crashes_ = 0;
  std::int64_t recent_[5] = {};
  std::int64_t quiet_;
  std::int64_t drains_until_ = 0;
};

}  // namespace mainstay::keeper
