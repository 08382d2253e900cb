#include "ctl/history_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.h"
#include "ctl/json_fields.h"

namespace mainstay::ctl {

namespace {

constexpr double kMostSize = 9e18;

std::string size_text(double value) {
  return format_size(Bytes{static_cast<std::uint64_t>(std::clamp(value, 0.0, kMostSize))});
}

// 0.05, 3.1, 46: three digits are enough to see what it is about.
std::string number_text(double value) {
  const double size = std::abs(value);
  if (value == std::floor(value) || size >= 100) return fmt::format("{:.0f}", value);
  return size < 1 ? fmt::format("{:.2f}", value) : fmt::format("{:.1f}", value);
}

}  // namespace

std::vector<HistoryView> history_views(const Json& result) {
  std::vector<HistoryView> out;
  for (const Json& series : list_of(result, "series")) {
    HistoryView view{
        text_of(series, "name"), text_of(series, "metric"), seconds_of(series, "step_seconds"), {}};
    for (const Json& point : list_of(series, "points")) {
      const auto at = time_of(point, "at");
      const auto mean = number_of(point, "mean");
      if (at && mean) view.points.push_back({*at, *mean, number_of(point, "max").value_or(*mean)});
    }
    out.push_back(std::move(view));
  }
  return out;
}

std::vector<SeriesView> series_views(const Json& result) {
  std::vector<SeriesView> out;
  for (const Json& series : list_of(result, "series")) {
    SeriesView view{text_of(series, "name"), {}};
    for (const Json& metric : list_of(series, "metrics")) {
      view.metrics.push_back({text_of(metric, "metric"), time_of(metric, "at"),
                              number_of(metric, "value").value_or(0)});
    }
    out.push_back(std::move(view));
  }
  return out;
}

std::string value_text(std::string_view metric, double value) {
  if (metric.ends_with("_bytes")) return size_text(value);
  if (metric.ends_with("_bytes_per_second")) return size_text(value) + "/s";
  if (metric.ends_with("_percent")) return number_text(value) + " %";
  if (metric.ends_with("_ms")) return number_text(value) + " ms";
  if (metric.ends_with("_seconds")) {
    const double seconds = std::clamp(value, 0.0, 9e9);
    return format_duration(
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)));
  }
  return number_text(value);
}

}  // namespace mainstay::ctl
