// What tables the database has, by version.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "history/sqlite_store.h"

namespace mainstay::history {

inline constexpr std::int64_t kSchemaVersion = 1;

// Brings an older or new file to kSchemaVersion, in one transaction. A newer one is refused with
// ENOTSUP and left as it is.
Status migrate(Database& database);

}  // namespace mainstay::history
