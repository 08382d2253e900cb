#include "history/coarse_row.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace mainstay::history {

namespace {

// Columns: the numbers of samples, then two for each metric.
constexpr std::uint32_t kSamples = 0;
constexpr std::uint32_t mean_column(std::uint32_t metric) {
  return 1 + metric * 2;
}
constexpr std::uint32_t max_column(std::uint32_t metric) {
  return 2 + metric * 2;
}
// A mean of counts has decimals.
constexpr double kMeanScale = 100;

// Every value of a column, with the span it is of.
template <typename Take>
void for_each_value(const Column& column, const std::vector<std::int64_t>& spans,
                    const Take& take) {
  for (std::size_t i = 0; i < column.values.size(); ++i)
    take(static_cast<std::size_t>(spans[column.row_of(i)]), column.values[i]);
}

}  // namespace

bool CoarseRow::read(std::string_view bytes) {
  BlockReader reader;
  if (!reader.open(bytes)) return false;
  const bool spans_fit =
      std::all_of(reader.moments().begin(), reader.moments().end(),
                  [](std::int64_t span) { return span >= 0 && span < kSpansOfRow; });
  Column column;
  while (spans_fit && reader.next()) {
    if (!reader.read(column) || !read_column(column, reader.moments())) return false;
  }
  return spans_fit && !reader.damaged();
}

bool CoarseRow::read_column(const Column& column, const std::vector<std::int64_t>& spans) {
  if (column.id == kSamples) {
    constexpr std::int64_t kMost = 1'000'000'000;  // no sum of them overflows
    for_each_value(column, spans, [&](std::size_t span, std::int64_t samples) {
      samples_[span] = std::clamp(samples, std::int64_t{1}, kMost);
    });
    return true;
  }
  const std::uint32_t metric = (column.id - 1) / 2;
  if (metric >= 64) return false;
  Track& track = tracks_[metric];
  for_each_value(column, spans, [&](std::size_t span, std::int64_t value) {
    track.there.set(span);
    if (column.id == max_column(metric)) {
      track.values[span].max = value;
    } else {
      track.values[span].mean = static_cast<double>(value) / kMeanScale;
    }
  });
  return true;
}

void CoarseRow::add(std::size_t span, std::int64_t samples,
                    const std::vector<std::pair<std::uint32_t, Value>>& values) {
  const auto before = static_cast<double>(samples_[span]);
  const auto added = static_cast<double>(samples);
  for (const auto& [metric, value] : values) {
    Track& track = tracks_[metric];
    Value& kept = track.values[span];
    if (track.there[span]) {
      kept.mean = (kept.mean * before + value.mean * added) / (before + added);
      kept.max = std::max(kept.max, value.max);
    } else {
      track.there.set(span);
      kept = value;
    }
  }
  samples_[span] += samples;
}

std::string CoarseRow::encoded() const {
  Block block;
  Column samples{kSamples, {}, {}};
  std::vector<std::size_t> spans;
  for (std::size_t span = 0; span < kSpans; ++span) {
    if (samples_[span] == 0) continue;
    spans.push_back(span);
    block.times.push_back(static_cast<std::int64_t>(span));
    samples.values.push_back(samples_[span]);
  }
  block.columns.push_back(std::move(samples));
  for (const auto& [metric, track] : tracks_) {
    Column mean{mean_column(metric), {}, {}};
    Column max{max_column(metric), {}, {}};
    for (std::size_t row = 0; row < spans.size(); ++row) {
      if (!track.there[spans[row]]) continue;
      const Value& value = track.values[spans[row]];
      mean.rows.push_back(static_cast<std::uint32_t>(row));
      mean.values.push_back(std::llround(value.mean * kMeanScale));
      max.values.push_back(value.max);
    }
    if (mean.rows.empty()) continue;
    if (mean.rows.size() == spans.size()) mean.rows.clear();
    max.rows = mean.rows;
    block.columns.push_back(std::move(mean));
    block.columns.push_back(std::move(max));
  }
  return encode(block);
}

const CoarseRow::Value* CoarseRow::find(std::uint32_t metric, std::size_t span) const {
  const auto track = tracks_.find(metric);
  if (track == tracks_.end() || !track->second.there[span] || samples_[span] == 0) return nullptr;
  return &track->second.values[span];
}

}  // namespace mainstay::history
