#include "io/clock.h"

#include <time.h>

namespace mainstay::io {

namespace {

Duration read_clock(clockid_t clock) {
  timespec at{};
  clock_gettime(clock, &at);
  return std::chrono::seconds{at.tv_sec} + Duration{at.tv_nsec};
}

}  // namespace

Now read_clocks() {
  return {MonoTime{read_clock(CLOCK_MONOTONIC)}, WallTime{read_clock(CLOCK_REALTIME)}};
}

}  // namespace mainstay::io
