// When process trees and the machine are looked at: every interval once asked to, and on demand.
// Loop thread only; the reading itself happens in a worker.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "io/loop.h"
#include "process/ports.h"
#include "process/tree.h"
#include "process/usage.h"

namespace mainstay::process {

struct SamplerOptions {
  Duration interval = std::chrono::seconds{10};  // `history.interval`
  // Between two samples, whoever asks.
  Duration min_spacing = std::chrono::seconds{1};
  // The same once instances or main processes have changed since the sample.
  Duration min_spacing_after_change = std::chrono::milliseconds{100};
  // Folders on the disks to look at, every interval; the latest look is in every sample.
  std::vector<std::filesystem::path> places{};
};

class Sampler {
 public:
  Sampler(io::Loop& loop, const ProcessTrees& trees, SamplerOptions options);
  ~Sampler();  // a sample that is under way finishes on its own; nobody is called back
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  // Samples every interval from now on. Without it the sampler only works for refresh().
  void start();
  void stop();
  // Told of the sample of each interval, on the loop, and of no other: whoever asks meanwhile makes
  // it neither earlier nor later.
  void on_interval(std::function<void(const UsageSample&)> callback);

  // Calls back once with a sample at most `min_spacing` old: during this call if there is one, else
  // when a new one is done. Any number may wait for the same one.
  void refresh(std::function<void()> done);

  // From the latest sample; null when there is none of this instance. Valid until the loop turns.
  const TreeUsage* usage_of(std::string_view instance) const;
  // Null before the first sample.
  std::shared_ptr<const UsageSample> latest() const;

  // Who listens on `port`, looked up in a worker now.
  void find_port_holders(std::uint16_t port, std::function<void(std::vector<PortHolder>)> done);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace mainstay::process
