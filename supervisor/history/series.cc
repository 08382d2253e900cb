#include "history/series.h"

namespace mainstay::history {

std::optional<Metric> metric_of(std::string_view name) {
  for (std::size_t i = 0; i < kMetrics.size(); ++i) {
    if (kMetrics[i].name == name) return static_cast<Metric>(i);
  }
  return std::nullopt;
}

}  // namespace mainstay::history
