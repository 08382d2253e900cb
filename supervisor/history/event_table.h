// Events in the database, by their numbers. Worker thread only; writes belong into a transaction of
// the caller's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "history/sqlite_store.h"
#include "runtime/ports.h"

namespace mainstay::history {

inline constexpr std::size_t kKeptEvents = 1'000'000;
inline constexpr Duration kEventsKeep = std::chrono::days{30};

struct EventQuery {
  std::uint64_t from = 0;  // the first number that is wanted
  std::optional<std::uint64_t> before;
  std::optional<WallTime> since;
  std::optional<WallTime> until;
  std::vector<std::string> services;  // empty: all
  std::size_t limit = 1000;
  bool latest = false;  // the last `limit` of what matches, instead of the first; ascending all the
                        // same
};

class EventTable {
 public:
  // The tables are there (schema.h).
  static Result<EventTable> open(Database& database);

  // An event whose number is there already is left as it is: it was told twice.
  Status add(std::span<const runtime::Event> events);
  Result<std::vector<runtime::Event>> query(const EventQuery& query);
  // The number of the newest event; 0: there is none.
  Result<std::uint64_t> last_id();
  // Forgets what is too old or too much, bounded per call; true: there is more to do.
  Result<bool> forget(WallTime now);

 private:
  explicit EventTable(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace mainstay::history
