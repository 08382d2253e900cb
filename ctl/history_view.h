// What was measured over time (history.query), as ctl shows it. Every text is one line, safe for a
// terminal.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace mainstay::ctl {

struct PointView {
  WallTime at;
  double mean = 0;
  double max = 0;
};

// One series with one metric.
struct HistoryView {
  std::string name;
  std::string metric;
  std::optional<Duration> step;   // nothing: as it was sampled
  std::vector<PointView> points;  // ascending
};
std::vector<HistoryView> history_views(const Json& result);

struct MetricView {
  std::string metric;
  std::optional<WallTime> at;
  double value = 0;
};

// One series with the latest value of each of its metrics.
struct SeriesView {
  std::string name;
  std::vector<MetricView> metrics;
};
std::vector<SeriesView> series_views(const Json& result);

// "1.4 %", "46 MB", "3.1 ms": by the end of the metric's name.
std::string value_text(std::string_view metric, double value);

}  // namespace mainstay::ctl
