// The means and maxima of one series over kSpansOfRow spans: one row of the table `coarse`.
#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "history/point_block.h"
#include "history/span.h"

namespace mainstay::history {

class CoarseRow {
 public:
  // Of one metric in one span, in its stored unit.
  struct Value {
    double mean = 0;
    std::int64_t max = 0;
  };

  // Adds what a row has to this one; false: it is damaged, and this one has a part of it or
  // nothing.
  bool read(std::string_view bytes);
  // Adds a span; `values` by metric. What is there of it already is averaged with it.
  void add(std::size_t span, std::int64_t samples,
           const std::vector<std::pair<std::uint32_t, Value>>& values);
  std::string encoded() const;

  std::int64_t samples(std::size_t span) const { return samples_[span]; }
  // Null: nothing was measured.
  const Value* find(std::uint32_t metric, std::size_t span) const;

 private:
  static constexpr auto kSpans = static_cast<std::size_t>(kSpansOfRow);
  struct Track {
    std::bitset<kSpans> there;
    std::array<Value, kSpans> values{};
  };

  bool read_column(const Column& column, const std::vector<std::int64_t>& spans);

  std::array<std::int64_t, kSpans> samples_{};
  std::map<std::uint32_t, Track> tracks_;
};

}  // namespace mainstay::history
