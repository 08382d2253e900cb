// Samples in the database: at full step for a while, then 5-minute means and maxima. Worker thread
// only; writes belong into a transaction of the caller's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "history/series.h"
#include "history/sqlite_store.h"

namespace mainstay::history {

inline constexpr Duration kCoarseStep = std::chrono::minutes{5};
inline constexpr Duration kCoarseKeep = std::chrono::days{30};

struct SeriesQuery {
  SeriesKind kind = SeriesKind::Instance;
  std::vector<std::string> names;  // several series at once, each answered on its own
  Metric metric = Metric::CpuPercent;
  WallTime from;
  WallTime to;
  Duration step{0};  // zero: as it was sampled, but never more than kMostPoints
};

inline constexpr std::size_t kMostPoints = 10'000;  // of one series in one answer

// What was measured in [at, at + step): peaks are kept.
struct Point {
  WallTime at;
  double mean = 0;
  double max = 0;
};

struct SeriesAnswer {
  std::string name;
  Duration step{0};           // zero: as it was sampled
  std::vector<Point> points;  // ascending; no point where nothing was measured
};

class SampleTable {
 public:
  // The tables are there (schema.h).
  static Result<SampleTable> open(Database& database);

  Status add(const Round& round);
  // Moves what is complete into its compact form. Cheap when there is nothing to do.
  Status compact(WallTime now);
  // Forgets what is older than `keep` at full step, and than kCoarseKeep in all. Bounded work per
  // call; true: there is more to do.
  Result<bool> forget(WallTime now, Duration keep);
  Result<std::vector<SeriesAnswer>> query(const SeriesQuery& query);

 private:
  explicit SampleTable(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace mainstay::history
