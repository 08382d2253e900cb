#include "process/memory_polling.h"

#include <algorithm>
#include <utility>

namespace mainstay::process {

Duration polling_pause(double nearest) {
  if (nearest >= 0.8) return std::chrono::seconds{1};
  return std::chrono::seconds{nearest >= 0.5 ? 3 : 10};
}

MemoryPolling::MemoryPolling(io::Loop& loop, Sampler& sampler, ResourceLimits& limits)
    : sampler_(sampler), limits_(limits), timer_(loop, [this] { look(); }) {
  limits_.on_polled([this] { begin(); });
  if (!limits_.polled().empty()) begin();
}

MemoryPolling::~MemoryPolling() {
  limits_.on_polled({});
}

// A run that has just begun grows the fastest.
void MemoryPolling::begin() {
  timer_.start(polling_pause(1));
}

void MemoryPolling::look() {
  if (!limits_.polled().empty()) sampler_.refresh([this] { judge(); });
}

void MemoryPolling::judge() {
  double nearest = 0;
  for (const PolledMemory& run : limits_.polled()) {
    const TreeUsage* usage = sampler_.usage_of(run.instance);
    if (usage == nullptr) {
      nearest = 1;
      continue;
    }
    nearest = std::max(nearest,
                       static_cast<double>(usage->memory_bytes) / static_cast<double>(run.limit));
    limits_.measured(run.instance, usage->memory_bytes);
  }
  timer_.start(polling_pause(nearest));
}

}  // namespace mainstay::process
