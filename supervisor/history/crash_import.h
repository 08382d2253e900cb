// Crash records of earlier versions: <state dir>/crashes/<service>.jsonl, one JSON object a line.
// They move into the database once. Worker thread only.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "history/crash_table.h"
#include "history/sqlite_store.h"

namespace mainstay::history {

// Each file is removed when what it had is committed; one that cannot be used, or only in part, is
// set aside instead, and `notices` gets where. An error leaves the rest for the next time.
Status import_crashes(const std::filesystem::path& state_dir, Database& database, CrashTable& table,
                      WallTime now, std::vector<std::string>& notices);

}  // namespace mainstay::history
