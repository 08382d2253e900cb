#include "control/sampled_usage.h"

#include <utility>

namespace mainstay::control {

const process::TreeUsage* SampledUsage::usage_of(InstanceId instance) const {
  return sampler_.usage_of(controller_.start_request(instance, RunId{}).canonical_name);
}

std::vector<std::string> SampledUsage::limits_of(InstanceId instance) const {
  return limits_.describe(controller_.start_request(instance, RunId{}).canonical_name);
}

const process::HostUsage* SampledUsage::host() const {
  const auto sample = sampler_.latest();
  return sample ? &sample->host : nullptr;
}

std::uint64_t SampledUsage::supervisor_memory_bytes() const {
  const auto sample = sampler_.latest();
  return sample ? sample->supervisor_memory_bytes : 0;
}

void SampledUsage::find_holders(std::uint16_t port,
                                std::function<void(std::vector<process::PortHolder>)> done) {
  sampler_.find_port_holders(port, std::move(done));
}

}  // namespace mainstay::control
