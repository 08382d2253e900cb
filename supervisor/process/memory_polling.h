// Looks at the memory of those limited runs that no event tells of: often when one is near its
// limit, seldom when none is, never when there are none. Loop thread only.
#pragma once

#include "io/loop.h"
#include "process/limits.h"
#include "process/sampler.h"

namespace mainstay::process {

class MemoryPolling {
 public:
  // Both outlive this.
  MemoryPolling(io::Loop& loop, Sampler& sampler, ResourceLimits& limits);
  ~MemoryPolling();
  MemoryPolling(const MemoryPolling&) = delete;
  MemoryPolling& operator=(const MemoryPolling&) = delete;

 private:
  void begin();
  void look();
  void judge();

  Sampler& sampler_;
  ResourceLimits& limits_;
  io::Timer timer_;
};

// How long until the next look when the nearest run uses this share of its limit.
Duration polling_pause(double nearest);

}  // namespace mainstay::process
