// What tables the database has, by version.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "history/sqlite_store.h"

namespace mainstay::history {

inline constexpr std::int64_t kSchemaVersion = 2;

// Brings an older or new file to kSchemaVersion, in one transaction. A newer one is refused with
// ENOTSUP and left as it is. `why_new` says, of a new file, why the audit log begins there.
Status migrate(Database& database, std::string_view why_new = "there was no history before");

}  // namespace mainstay::history
