// What /metrics has that nothing else keeps: restarts by cause, and how checks went. Since this
// controller started: Prometheus takes the beginning from 0 for a reset. Bounded by the number of
// instances and their checks. Loop thread only.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/time.h"
#include "runtime/ports.h"

namespace mainstay::control {

// In seconds; the last bucket of a histogram, which has everything, is not among them.
inline constexpr std::array<double, 11> kLookBuckets = {0.001, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                        0.25,  0.5,   1,    2.5,   10};

struct LookCounts {
  std::array<std::uint64_t, kLookBuckets.size()> within{};  // not cumulative
  std::uint64_t answered = 0;
  Duration total{0};
  std::uint64_t failures = 0;
};

class MetricsCounts final : public runtime::EventSink {
 public:
  using Restarts = std::map<std::string, std::uint64_t>;  // by cause

  void on_event(const runtime::Event& event) override;
  // One look that was answered, of a check ("backend:0/http-2").
  void looked(const std::string& check, bool passed, Duration latency);

  const std::map<std::string, Restarts>& restarts() const { return restarts_; }
  const std::map<std::string, LookCounts>& looks() const { return looks_; }

 private:
  std::map<std::string, Restarts> restarts_;  // by instance, as it is called
  std::map<std::string, LookCounts> looks_;
};

// "crash" of "restart after an unstable run"; empty: it was no restart.
std::string_view restart_label(std::string_view cause);

}  // namespace mainstay::control
