// How long to wait before the next start (ECOSYSTEM "restart.backoff"). Pure.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "model/service_spec.h"

namespace mainstay::policy {

// A seeded sequence of numbers (splitmix64): the same seed gives the same delays on every platform.
class Jitter {
 public:
  explicit Jitter(std::uint64_t seed) : state_(seed) {}
  // In [-1, 1).
  double next();

 private:
  std::uint64_t state_;
};

// initial × factor^(count−1), at most max; `count` is at least 1.
Duration nominal_backoff(const model::Backoff& backoff, std::uint32_t count);

// Whether the cap, not the formula, decided nominal_backoff().
bool is_capped(const model::Backoff& backoff, std::uint32_t count);

// `nominal` moved by `sample` (in [-1, 1]) times the share `jitter`; never negative.
Duration with_jitter(Duration nominal, double jitter, double sample);

// `from` + `by`, or the end of time when that does not fit (durations in the file may be
// centuries).
MonoTime later(MonoTime from, Duration by);

// Used after start errors that are about resources, whatever the service's own backoff is.
const model::Backoff& resource_backoff();

}  // namespace mainstay::policy
