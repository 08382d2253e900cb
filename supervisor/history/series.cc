#include "history/series.h"

namespace mainstay::history {

std::optional<Metric> metric_of(std::string_view name) {
  for (std::size_t i = 0; i < kMetrics.size(); ++i) {
    if (kMetrics[i].name == name) return static_cast<Metric>(i);
  }
  return std::nullopt;
}

std::optional<SeriesKind> series_kind_of(std::string_view name) {
  for (const SeriesKind kind : {SeriesKind::Instance, SeriesKind::Host, SeriesKind::Disk,
                                SeriesKind::Check, SeriesKind::Monitor}) {
    if (to_string(kind) == name) return kind;
  }
  return std::nullopt;
}

}  // namespace mainstay::history
