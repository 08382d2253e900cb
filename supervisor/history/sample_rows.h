// The three tables that samples are in, read by series and metric. Errors: EBADMSG where what is
// stored is damaged.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "history/coarse_row.h"
#include "history/gathering.h"
#include "history/point_block.h"
#include "history/round_codec.h"
#include "history/sqlite_store.h"

namespace mainstay::history {

Error damaged(const char* what, std::int64_t series);

// The rounds with a time from `from` on and before `to`: `take(at, RoundReader&)` for each sample.
template <typename Take>
Status read_rounds(Database& database, std::int64_t from, std::int64_t to, const Take& take) {
  auto rows = database.prepare("SELECT at, samples FROM round WHERE at >= ? AND at < ?");
  if (!rows) return rows.error();
  rows->bind(1, from).bind(2, to);
  auto row = rows->step();
  for (; row && *row; row = rows->step()) {
    RoundReader samples{rows->blob(1)};
    while (samples.next())
      take(rows->whole(0), samples);
    if (samples.damaged()) return damaged("round", samples.series());
  }
  return row ? Status{} : Status{row.error()};
}

// Of one metric, stored unscaled; the statements are prepared once for many series.
class MetricRows {
 public:
  static Result<MetricRows> open(Database& database, std::uint32_t metric, double scale);

  // What is there at full step of `series` within the frame goes to `out`; `spans` gets the starts
  // of the spans that this covers, ascending.
  Status read_chunks(std::int64_t series, const Frame& frame, Gathering& out,
                     std::vector<std::int64_t>& spans);
  // The means and maxima of spans other than those of `without`, which is ascending.
  Status read_coarse(std::int64_t series, const Frame& frame, std::span<const std::int64_t> without,
                     Gathering& out);

 private:
  MetricRows(Statement chunks, Statement rows, std::uint32_t metric, double scale)
      : chunks_(std::move(chunks)), rows_(std::move(rows)), metric_(metric), scale_(scale) {}
  bool take_chunk(std::int64_t start, std::string_view bytes, Gathering& out);
  void take_row(std::int64_t start, const CoarseRow& row, std::span<const std::int64_t> without,
                Gathering& out) const;

  Statement chunks_;
  Statement rows_;
  std::uint32_t metric_;
  double scale_;
  BlockReader reader_;
  Column column_;
};

// Whether every time of a chunk lies in its span.
bool fits_span(const std::vector<std::int64_t>& times);

}  // namespace mainstay::history
