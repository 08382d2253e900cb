// All that was found at one moment, packed into one cell of the database.
//
// For each sample, ascending by series: the difference to the series before, a bit for each metric
// it has, and their values. Numbers are varints.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "history/series.h"
#include "history/varint.h"

namespace mainstay::history {

// How a value is stored; nothing: it is no number. What is beyond 9·10^15 is cut there.
std::optional<std::int64_t> stored_value(const Reading& reading);

inline double value_of(Metric metric, double stored) {
  return stored / kMetrics[static_cast<std::size_t>(metric)].scale;
}

class RoundWriter {
 public:
  // Ascending by series, each once. Of two readings of a metric the last one counts.
  void add(std::int64_t series, std::span<const Reading> readings);

  bool empty() const { return out_.empty(); }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  std::int64_t last_ = 0;
};

// Reads any bytes.
class RoundReader {
 public:
  explicit RoundReader(std::string_view bytes) : in_(bytes) {}

  // True: the next sample is there. False at the end, or where it is damaged.
  bool next();
  bool damaged() const { return damaged_; }

  std::int64_t series() const { return series_; }
  // Bit N: it has a value of metric N, which values() has at its own place.
  std::uint64_t metrics() const { return metrics_; }
  std::int64_t value(std::size_t metric) const { return values_[metric]; }
  bool has(std::size_t metric) const { return (metrics_ >> metric & 1) != 0; }

 private:
  VarintReader in_;
  std::int64_t series_ = 0;
  std::uint64_t metrics_ = 0;
  std::array<std::int64_t, 64> values_{};
  bool damaged_ = false;
};

}  // namespace mainstay::history
