#include "policy/backoff.h"

#include <algorithm>
#include <cmath>

namespace mainstay::policy {

namespace {

// In nanoseconds, unbounded: doubles do not overflow into something small.
double uncapped(const model::Backoff& backoff, std::uint32_t count) {
  if (backoff.initial == Duration{0}) return 0;  // and not 0 × ∞
  return static_cast<double>(backoff.initial.count()) *
         std::pow(backoff.factor, static_cast<double>(count) - 1);
}

}  // namespace

double Jitter::next() {
  // splitmix64 (Steele, Lea, Flood 2014).
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1.0p-52 - 1.0;
}

Duration nominal_backoff(const model::Backoff& backoff, std::uint32_t count) {
  if (is_capped(backoff, count)) return backoff.max;
  return Duration{static_cast<Duration::rep>(uncapped(backoff, count))};
}

bool is_capped(const model::Backoff& backoff, std::uint32_t count) {
  return uncapped(backoff, count) > static_cast<double>(backoff.max.count());
}

Duration with_jitter(Duration nominal, double jitter, double sample) {
  const double moved = static_cast<double>(nominal.count()) * (1.0 + jitter * sample);
  // A delay of more than about 290 years does not fit; nobody waits for it.
  constexpr double kLongest = 9.2e18;
  return Duration{static_cast<Duration::rep>(std::clamp(moved, 0.0, kLongest))};
}

MonoTime later(MonoTime from, Duration by) {
  if (by > Duration::max() - from.since_boot) return {Duration::max()};
  return from + by;
}

const model::Backoff& resource_backoff() {
  static const model::Backoff backoff{std::chrono::milliseconds{500}, 2, std::chrono::seconds{30},
                                      0.10};
  return backoff;
}

}  // namespace mainstay::policy
