// What instances use, as the control socket shows it; the composition root connects it to the
// sampler.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "process/usage.h"

namespace mainstay::control {

class UsageSource {
 public:
  virtual ~UsageSource() = default;

  // From the latest sample; null: it is not in it. Valid until the loop turns.
  virtual const process::TreeUsage* usage_of(InstanceId instance) const = 0;
  // How each of its limits is kept, a line each.
  virtual std::vector<std::string> limits_of(InstanceId instance) const = 0;
  // Whether there is any sample yet.
  virtual bool has_sample() const = 0;
  // Calls back once when the latest sample is fresh (about a second), during this call if it is
  // already.
  virtual void refresh(std::function<void()> done) = 0;
  // The machine, from the same sample; null before the first. Valid until the loop turns.
  virtual const process::HostUsage* host() const = 0;
  // Keeper and controller, resident; 0: not known yet.
  virtual std::uint64_t supervisor_memory_bytes() const = 0;
};

}  // namespace mainstay::control
