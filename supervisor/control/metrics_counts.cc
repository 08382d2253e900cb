#include "control/metrics_counts.h"

#include <algorithm>
#include <utility>

namespace mainstay::control {

namespace {

using Label = std::pair<std::string_view, std::string_view>;

// As the event service_started has its cause.
constexpr std::array kLabels = {Label{"restart after a stable run", "exit"},
                                Label{"restart after an unstable run", "crash"},
                                Label{"retry after a resource error", "resource_error"},
                                Label{"restart.retry_after", "retry_after"},
                                Label{"restart asked for", "asked"},
                                Label{"restart.at", "schedule"},
                                Label{"restart.max_age", "max_age"},
                                Label{"restart_with", "restart_with"},
                                Label{"what it depends on is back", "dependency"}};

}  // namespace

std::string_view restart_label(std::string_view cause) {
  const auto found = std::ranges::find(kLabels, cause, &Label::first);
  return found == kLabels.end() ? std::string_view{} : found->second;
}

void MetricsCounts::on_event(const runtime::Event& event) {
  if (event.kind != EventKind::ServiceStarted) return;
  const auto cause = event.data.find("cause");
  if (cause == event.data.end()) return;
  const std::string_view label = restart_label(cause->second);
  if (!label.empty()) ++restarts_[event.instance][std::string{label}];
}

void MetricsCounts::looked(const std::string& check, bool passed, Duration latency) {
  LookCounts& counts = looks_[check];
  const double seconds = to_seconds(latency);
  const auto* const bucket = std::ranges::lower_bound(kLookBuckets, seconds);
  if (bucket != kLookBuckets.end())
    ++counts.within[static_cast<std::size_t>(bucket - kLookBuckets.begin())];
  ++counts.answered;
  counts.total = counts.total + latency;
  if (!passed) ++counts.failures;
}

}  // namespace mainstay::control
