// Thin connections between parts that must not know each other.
#pragma once

#include <memory>
#include <string>

#include "control/port_oracle.h"
#include "control/usage_source.h"
#include "process/output_sink.h"
#include "process/sampler.h"
#include "runtime/controller.h"

namespace mainstay {

// The sampler knows canonical names, the control socket knows instances.
class SampledUsage final : public control::UsageSource, public control::PortOracle {
 public:
  SampledUsage(process::Sampler& sampler, const runtime::Controller& controller)
      : sampler_(sampler), controller_(controller) {}

  const process::TreeUsage* usage_of(InstanceId instance) const override {
    return sampler_.usage_of(controller_.start_request(instance, RunId{}).canonical_name);
  }
  bool has_sample() const override { return sampler_.latest() != nullptr; }
  void refresh(std::function<void()> done) override { sampler_.refresh(std::move(done)); }
  std::uint64_t supervisor_memory_bytes() const override {
    const auto sample = sampler_.latest();
    return sample ? sample->supervisor_memory_bytes : 0;
  }
  void find_holders(std::uint16_t port,
                    std::function<void(std::vector<process::PortHolder>)> done) override {
    sampler_.find_port_holders(port, std::move(done));
  }

 private:
  process::Sampler& sampler_;
  const runtime::Controller& controller_;
};

// The runner is built before the configuration, and so before it is known where the logs are.
class LateSink final : public process::OutputSink {
 public:
  void connect(process::OutputSink& sink) { sink_ = &sink; }

  Status ready(const std::string& file_name, const model::LogSpec& spec) override {
    return sink_->ready(file_name, spec);
  }
  void attach(RunId run, const std::string& file_name, const model::LogSpec& spec,
              process::OutputPipes pipes) override {
    sink_->attach(run, file_name, spec, std::move(pipes));
  }
  void drain(RunId run) override { sink_->drain(run); }

 private:
  process::OutputSink* sink_ = nullptr;
};

}  // namespace mainstay
