#include "ctl/history_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "ctl/display_width.h"
#include "ctl/table.h"

namespace mainstay::ctl {

namespace {

constexpr std::array<std::size_t, 4> kAll = {0, 1, 2, 3};
constexpr std::array<std::size_t, 3> kNamed = {0, 1, 2};
constexpr std::array<std::size_t, 3> kUnnamed = {1, 2, 3};
constexpr std::array<std::size_t, 2> kPlain = {1, 2};

bool has_peaks(std::span<const HistoryView> series) {
  return std::any_of(series.begin(), series.end(), [](const HistoryView& one) {
    return std::any_of(one.points.begin(), one.points.end(),
                       [](const PointView& point) { return point.max != point.mean; });
  });
}

std::string line_of(const std::string& text, const Terminal& terminal) {
  const bool cut = terminal.width && display_width(text) > *terminal.width;
  return (cut ? shorten_end(text, *terminal.width, symbols_for(terminal).ellipsis) : text) + "\n";
}

std::string nothing_of(const HistoryView& view) {
  return fmt::format("{}: no {} was recorded then", view.name, view.metric);
}

// Means are of equally long steps, as far as there is something in them.
std::string summary_of(const HistoryView& view) {
  double low = view.points.front().mean;
  double high = view.points.front().max;
  double sum = 0;
  for (const PointView& point : view.points) {
    low = std::min(low, point.mean);
    high = std::max(high, point.max);
    sum += point.mean;
  }
  const auto text = [&](double value) { return value_text(view.metric, value); };
  std::string out =
      fmt::format("min {}  mean {}  max {}  last {}  {}", text(low),
                  text(sum / static_cast<double>(view.points.size())), text(high),
                  text(view.points.back().mean), count_of(view.points.size(), "point"));
  if (view.step) out += fmt::format(", one for {}", format_duration(*view.step));
  return out;
}

}  // namespace

std::string history_table(std::span<const HistoryView> series, const Terminal& terminal) {
  const bool peaks = has_peaks(series);
  const std::string value = peaks ? "MEAN" : "VALUE";
  Table table{{{"NAME"}, {"TIME"}, {value, Align::Right, 9}, {"MAX", Align::Right, 9}}};
  std::string notes;
  for (const HistoryView& one : series) {
    for (const PointView& point : one.points) {
      table.add({{one.name},
                 {format_local_date_clock(point.at)},
                 {value_text(one.metric, point.mean)},
                 {value_text(one.metric, point.max)}});
    }
    if (one.points.empty()) notes += line_of(nothing_of(one), terminal);
  }
  const bool any = std::any_of(series.begin(), series.end(),
                               [](const HistoryView& one) { return !one.points.empty(); });
  if (!any) return notes;
  const bool named = series.size() > 1;
  ColumnSet columns = peaks ? ColumnSet{kUnnamed} : ColumnSet{kPlain};
  if (named) columns = peaks ? ColumnSet{kAll} : ColumnSet{kNamed};
  return table.render(std::span{&columns, 1}, terminal) + notes;
}

std::string history_charts(std::span<const HistoryView> series, const ChartFrame& frame,
                           const Terminal& terminal) {
  std::string out;
  for (const HistoryView& one : series) {
    if (!out.empty()) out += '\n';
    if (one.points.empty()) {
      out += line_of(nothing_of(one), terminal);
      continue;
    }
    out += line_of(fmt::format("{}  {}", one.name, one.metric), terminal);
    out += chart_text(one, frame, terminal);
    out += line_of(summary_of(one), terminal);
  }
  return out;
}

std::string metrics_text(std::span<const SeriesView> series, WallTime now,
                         const Terminal& terminal) {
  Table table{{{"NAME"}, {"METRIC"}, {"LATEST", Align::Right, 9}, {"AGE", Align::Right, 4}}};
  std::string notes;
  for (const SeriesView& one : series) {
    for (const MetricView& metric : one.metrics) {
      table.add({{one.name},
                 {metric.metric},
                 {value_text(metric.metric, metric.value)},
                 {metric.at ? format_age(std::max(now - *metric.at, Duration{0}))
                            : std::string{symbols_for(terminal).none}}});
    }
    if (one.metrics.empty()) notes += line_of(one.name + ": nothing was recorded yet", terminal);
  }
  const bool any = std::any_of(series.begin(), series.end(),
                               [](const SeriesView& one) { return !one.metrics.empty(); });
  if (!any) return notes;
  const std::array<ColumnSet, 3> sets = {kAll, kNamed, kPlain};
  return table.render(sets, terminal) + notes;
}

}  // namespace mainstay::ctl
