// A database file that cannot be used gets another name: "mainstay.db.corrupt_20261122_110007",
// with a number after it when that is taken, and its companions ("-wal", "-shm") go with it, so
// that SQLite's own tools can still open it. Any thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace mainstay::history {

inline constexpr std::size_t kKeptAside = 3;

// What it is called now; nothing that exists is overwritten. `reason` is one lower-case word. Of
// the files that were set aside before, all but the newest kKeptAside are deleted.
Result<std::filesystem::path> set_file_aside(const std::filesystem::path& file,
                                             std::string_view reason, WallTime now);

}  // namespace mainstay::history
