// Whether the entries of the audit log still are what they were when they were chained. Worker
// thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "history/audit_chain.h"
#include "history/sqlite_store.h"

namespace mainstay::history {

// The first entry that is not as it should be.
struct AuditBreak {
  std::int64_t id = 0;
  std::string expected;  // the hash it should have; empty when there is nothing to reckon it from
  std::string found;     // the one it has; empty: none
  std::string reason;    // a sentence
};

// How far a check has come: it is made in pieces, so that others get their turn.
struct AuditCheck {
  // A hash that somebody noted earlier, 32 bytes; empty: nobody did.
  std::string noted;

  AuditBegin begin;
  std::uint64_t entries = 0;  // that are in order
  std::int64_t first = 0;
  std::optional<WallTime> first_at;
  std::int64_t last = 0;
  std::string head;                      // the hash of the last one
  std::optional<std::int64_t> noted_at;  // the entry whose hash was noted; of `begin`: its `after`
  std::optional<AuditBreak> broken;
  bool done = false;  // all were looked at, or one was found to be broken
};

// Looks at the next entries, at most `most` of them.
Result<AuditCheck> check_on(Database& database, AuditCheck check, std::size_t most);

}  // namespace mainstay::history
