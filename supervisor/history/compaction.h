// Moves the rounds of a span into rows by series: `chunk` has all of it, `coarse` its mean and
// maximum.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "history/sqlite_store.h"

namespace mainstay::history {

// Where a round is, without what it has.
struct RoundHead {
  std::int64_t id = 0;
  std::int64_t at = 0;
};

// By time; at most `most`.
Result<std::vector<RoundHead>> round_heads(Database& database, std::size_t most);

// How many spans were moved so far.
Result<std::int64_t> moved_spans(Database& database);

// `rounds` are all in the span that begins at `start`, by time, at most kMostRows of them. What of
// a round cannot be read is lost. Inside of a transaction: all of it happens, or nothing.
Status move_span(Database& database, std::int64_t start, std::span<const RoundHead> rounds);

}  // namespace mainstay::history
