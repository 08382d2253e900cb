#include "history/round_codec.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace mainstay::history {

std::optional<std::int64_t> stored_value(const Reading& reading) {
  constexpr double kMost = 9e15;  // whole numbers up to here are exact
  const double scaled = reading.value * kMetrics[static_cast<std::size_t>(reading.metric)].scale;
  if (std::isnan(scaled)) return std::nullopt;
  return std::llround(std::clamp(scaled, -kMost, kMost));
}

void RoundWriter::add(std::int64_t series, std::span<const Reading> readings) {
  std::array<std::int64_t, kMetrics.size()> values{};
  std::uint64_t metrics = 0;
  for (const Reading& reading : readings) {
    const auto value = stored_value(reading);
    if (!value) continue;
    values[static_cast<std::size_t>(reading.metric)] = *value;
    metrics |= std::uint64_t{1} << static_cast<unsigned>(reading.metric);
  }
  if (metrics == 0) return;
  append_varint(out_, static_cast<std::uint64_t>(series - last_));
  last_ = series;
  append_varint(out_, metrics);
  for (std::size_t metric = 0; metric < values.size(); ++metric) {
    if ((metrics >> metric & 1) != 0) append_varint(out_, zigzag(values[metric]));
  }
}

bool RoundReader::next() {
  if (damaged_ || in_.at_end()) return false;
  const std::uint64_t step = in_.next();
  const auto room = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() - series_);
  metrics_ = in_.next();
  damaged_ = step == 0 || step > room || metrics_ == 0;
  if (damaged_) return false;
  series_ += static_cast<std::int64_t>(step);
  for (std::uint64_t left = metrics_; left != 0; left &= left - 1)
    values_[static_cast<std::size_t>(std::countr_zero(left))] = unzigzag(in_.next());
  damaged_ = !in_.ok();
  return !damaged_;
}

}  // namespace mainstay::history
