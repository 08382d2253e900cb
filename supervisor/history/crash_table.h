// Crash records in the database, the newest kKeptCrashes of each service. Worker thread only;
// writes belong into a transaction of the caller's.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "history/crash_record.h"
#include "history/sqlite_store.h"

namespace mainstay::history {

inline constexpr std::size_t kKeptCrashes = 20;

class CrashTable {
 public:
  // The tables are there (schema.h).
  static Result<CrashTable> open(Database& database);

  // A record that is there already, the same in everything, is not added again.
  Status add(const CrashRecord& record);
  // Of a service, the newest first.
  Result<std::vector<CrashRecord>> newest(std::string_view service);

 private:
  CrashTable(Statement insert, Statement shorten, Statement select)
      : insert_(std::move(insert)), shorten_(std::move(shorten)), select_(std::move(select)) {}

  Statement insert_;
  Statement shorten_;
  Statement select_;
};

}  // namespace mainstay::history
