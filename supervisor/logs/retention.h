// Which archives go: `keep`, `max_age` and `total_size`. Decides by value; archive_jobs.h acts.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/time.h"
#include "logs/inventory.h"

namespace mainstay::logs {

struct Retention {
  std::vector<std::size_t> doomed;  // in Inventory::archives, oldest first
  std::optional<WallTime> next;     // when the next one becomes too old
};

// Archives of programs that are no longer declared go by the age that is kept unless said
// otherwise, and by the total. Logs that are written count in the total and never go.
Retention decide_retention(const Inventory& inventory, const KeepPolicy& policy, WallTime now);

// The oldest archives that take `bytes` together, or all.
std::vector<std::size_t> oldest_archives(const Inventory& inventory, std::uint64_t bytes);

}  // namespace mainstay::logs
