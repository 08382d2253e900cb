#include <algorithm>

#include "process/host_usage.h"

namespace mainstay::process {

// The shortest time over which a few ticks say something.
constexpr Duration kLeast = std::chrono::milliseconds{500};

void HostCpu::look(MonoTime at, Duration busy, Duration total, HostUsage& out) {
  out.cpu_busy = busy;
  out.cpu_total = total;
  if (!looked_at_ || at - *looked_at_ >= kLeast) {
    const double passed = to_seconds(total - total_);
    if (looked_at_ && passed > 0)
      percent_ = std::clamp(100 * to_seconds(busy - busy_) / passed, 0.0, 100.0);
    looked_at_ = at;
    busy_ = busy;
    total_ = total;
  }
  out.cpu_percent = percent_;
}

}  // namespace mainstay::process
