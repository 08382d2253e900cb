// Samples in the database: at full step for a while, then 5-minute means and maxima. Worker thread
// only; writes belong into a transaction of the caller's, which may be rolled back.
//
// Data is aged by how much was recorded after it as well as by the clock, which may jump: what was
// recorded is only forgotten after as much time as it is kept for was recorded since.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "history/gathering.h"
#include "history/series.h"
#include "history/series_ids.h"
#include "history/span.h"
#include "history/sqlite_store.h"

namespace mainstay::history {

inline constexpr Duration kCoarseKeep = std::chrono::days{30};
inline constexpr std::size_t kMostPoints = 10'000;  // of one series in one answer
inline constexpr std::size_t kMostNames = 10'000;

struct SeriesQuery {
  SeriesKind kind = SeriesKind::Instance;
  std::vector<std::string> names;  // several series at once, each answered on its own
  Metric metric = Metric::CpuPercent;
  WallTime from;
  WallTime to;
  Duration step{0};                       // zero: as it was sampled
  std::size_t most_points = kMostPoints;  // of one series: the step is widened until they suffice
};

// Steps longer than zero begin at their multiples since 1970; those at `from` and `to` are whole.
struct SeriesAnswer {
  std::string name;
  bool known = false;         // there is such a series, with this metric or without
  Duration step{0};           // zero: as it was sampled, with 5-minute points where that is gone
  std::vector<Point> points;  // ascending; no point where nothing was measured
};

struct LatestValue {
  Metric metric = Metric::CpuPercent;
  WallTime at;
  double value = 0;
};

struct LatestAnswer {
  std::string name;
  bool known = false;
  std::vector<LatestValue> values;  // of each metric that there is, by metric
};

class SampleTable {
 public:
  // The tables are there (schema.h).
  static Result<SampleTable> open(Database& database);

  // Moments are kept to a tenth of a second, in any order.
  Status add(const Round& round);
  // Moves what is complete into its compact form. Costs nothing within the span it was called in
  // last.
  Status compact(WallTime now);
  // Forgets what is older than `keep` at full step, and than kCoarseKeep in all, and series of
  // which nothing is left. Bounded work per call; true: there is more to do. Does its round every
  // half hour: costs nothing in between.
  Result<bool> forget(WallTime now, Duration keep);

  // An answer for each name, in order. EBADMSG: what is stored is damaged.
  Result<std::vector<SeriesAnswer>> query(const SeriesQuery& query);
  Result<std::vector<LatestAnswer>> latest(SeriesKind kind, const std::vector<std::string>& names);
  // Those that there are, by name; at most kMostNames.
  Result<std::vector<std::string>> names(SeriesKind kind);

 private:
  explicit SampleTable(Database& database) : database_(&database), ids_(database) {}
  Status forget_series(std::int64_t series, std::int64_t now, Duration keep, std::int64_t moved);

  Database* database_;
  SeriesIds ids_;
  std::optional<std::int64_t> compacted_in_;  // the span
  std::uint64_t rollbacks_ = 0;               // when that was noted
  std::optional<std::int64_t> forgot_at_;
  std::int64_t forgot_up_to_ = 0;  // the series
};

}  // namespace mainstay::history
