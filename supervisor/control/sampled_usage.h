// The sampler of process/ as the source of what the control socket shows of usage and ports.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "control/port_oracle.h"
#include "control/usage_source.h"
#include "process/limits.h"
#include "process/sampler.h"
#include "runtime/controller.h"

namespace mainstay::control {

class SampledUsage final : public UsageSource, public PortOracle {
 public:
  SampledUsage(process::Sampler& sampler, const process::ResourceLimits& limits,
               const runtime::Controller& controller)
      : sampler_(sampler), limits_(limits), controller_(controller) {}

  const process::TreeUsage* usage_of(InstanceId instance) const override;
  std::vector<std::string> limits_of(InstanceId instance) const override;
  bool has_sample() const override { return sampler_.latest() != nullptr; }
  void refresh(std::function<void()> done) override { sampler_.refresh(std::move(done)); }
  const process::HostUsage* host() const override;
  std::uint64_t supervisor_memory_bytes() const override;
  void find_holders(std::uint16_t port,
                    std::function<void(std::vector<process::PortHolder>)> done) override;

 private:
  process::Sampler& sampler_;
  const process::ResourceLimits& limits_;
  const runtime::Controller& controller_;
};

}  // namespace mainstay::control
