#include "history/sample_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace mainstay::history {

Error damaged(const char* what, std::int64_t series) {
  return {fmt::format("a {} of series {} in the history database is damaged", what, series),
          EBADMSG};
}

bool fits_span(const std::vector<std::int64_t>& times) {
  return std::all_of(times.begin(), times.end(),
                     [](std::int64_t time) { return time >= 0 && time < kSpan / kTenth; });
}

Result<MetricRows> MetricRows::open(Database& database, std::uint32_t metric, double scale) {
  auto chunks = database.prepare(
      "SELECT start, points FROM chunk WHERE series = ? AND start > ? AND start < ?"
      " ORDER BY start, span");
  if (!chunks) return chunks.error();
  auto rows = database.prepare(
      "SELECT start, points FROM coarse WHERE series = ? AND start > ? AND start < ?"
      " ORDER BY start");
  if (!rows) return rows.error();
  return MetricRows{std::move(*chunks), std::move(*rows), metric, scale};
}

Status MetricRows::read_chunks(std::int64_t series, const Frame& frame, Gathering& out,
                               std::vector<std::int64_t>& spans) {
  chunks_.reset();
  chunks_.bind(1, series).bind(2, frame.from - kSpan).bind(3, frame.to);
  auto row = chunks_.step();
  for (; row && *row; row = chunks_.step()) {
    const std::int64_t start = chunks_.whole(0);
    if (!take_chunk(start, chunks_.blob(1), out)) return damaged("chunk", series);
    if (spans.empty() || spans.back() != start) spans.push_back(start);
  }
  return row ? Status{} : Status{row.error()};
}

bool MetricRows::take_chunk(std::int64_t start, std::string_view bytes, Gathering& out) {
  if (!reader_.open(bytes) || !fits_span(reader_.moments())) return false;
  while (reader_.next()) {
    if (reader_.id() != metric_) continue;
    if (!reader_.read(column_)) return false;
    for (std::size_t i = 0; i < column_.values.size(); ++i) {
      const double value = static_cast<double>(column_.values[i]) / scale_;
      out.add(start + reader_.moments()[column_.row_of(i)] * kTenth, value, value, 1);
    }
    return true;
  }
  return !reader_.damaged();
}

Status MetricRows::read_coarse(std::int64_t series, const Frame& frame,
                               std::span<const std::int64_t> without, Gathering& out) {
  rows_.reset();
  rows_.bind(1, series).bind(2, frame.from - kRowSpan).bind(3, frame.to);
  auto found = rows_.step();
  for (; found && *found; found = rows_.step()) {
    CoarseRow row;
    if (!row.read(rows_.blob(1))) return damaged("row of means", series);
    take_row(rows_.whole(0), row, without, out);
  }
  return found ? Status{} : Status{found.error()};
}

void MetricRows::take_row(std::int64_t start, const CoarseRow& row,
                          std::span<const std::int64_t> without, Gathering& out) const {
  for (std::size_t span = 0; span < static_cast<std::size_t>(kSpansOfRow); ++span) {
    const CoarseRow::Value* value = row.find(metric_, span);
    const std::int64_t at = start + static_cast<std::int64_t>(span) * kSpan;
    if (value == nullptr || std::binary_search(without.begin(), without.end(), at)) continue;
    out.add(at, value->mean / scale_, static_cast<double>(value->max) / scale_, row.samples(span));
  }
}

}  // namespace mainstay::history
