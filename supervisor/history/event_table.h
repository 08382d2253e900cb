// Events in the database, by their numbers. Worker thread only; writes belong into a transaction of
// the caller's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "history/audit_chain.h"
#include "history/sqlite_store.h"
#include "runtime/ports.h"

namespace mainstay::history {

inline constexpr std::size_t kKeptEvents = 1'000'000;
inline constexpr Duration kEventsKeep = std::chrono::days{30};

struct EventQuery {
  std::uint64_t from = 0;  // the first number that is wanted
  std::optional<std::uint64_t> before = {};
  std::optional<WallTime> since = {};
  std::optional<WallTime> until = {};
  std::vector<std::string> services = {};  // empty: all
  // Of these services: empty: all; otherwise these by their shown names, and what is about a whole
  // service.
  std::vector<std::string> instances = {};
  std::vector<EventKind> kinds = {};  // empty: all
  std::size_t limit = 1000;
  bool latest = false;  // the last `limit` of what matches, instead of the first; ascending all the
                        // same
};

// What somebody asked for, with its hash in the chain; without one it is none of the chain's.
struct AuditEntry {
  runtime::Event event;
  std::string hash;
};

class EventTable {
 public:
  // The tables are there (schema.h). Must not outlive `database`, which may be moved no more.
  static Result<EventTable> open(Database& database);

  // An event whose number is there already is left as it is: it was told twice. What people asked
  // for is chained.
  Status add(std::span<const runtime::Event> events);
  Result<std::vector<runtime::Event>> query(const EventQuery& query);
  // The number of the newest event; 0: there is none.
  Result<std::uint64_t> last_id();
  // Forgets what is too old or too much, the lowest numbers first and bounded per call; true: there
  // is more to do. A moment at which the clock was wrong makes no hole in the numbers.
  Result<bool> forget(WallTime now);
  // Of the events that `query` is about those of the audit log.
  Result<std::vector<AuditEntry>> entries(EventQuery query);

 private:
  struct Statements {
    Statement add;
    Statement last;
    Statement oldest;
    Statement forget;
  };
  EventTable(Database& database, Statements statements, AuditChain audit)
      : database_(&database), statements_(std::move(statements)), audit_(std::move(audit)) {}
  Status add(const runtime::Event& event);
  // Up to which number nothing is to be kept, and whether more than a call's work is older.
  struct Bound {
    std::int64_t last = 0;
    bool more = false;
  };
  Result<Bound> outdated(std::int64_t first_kept, WallTime cutoff);

  Database* database_;
  Statements statements_;
  AuditChain audit_;
};

}  // namespace mainstay::history
