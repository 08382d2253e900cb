#include "history/crash_table.h"

#include <string>
#include <utility>

#include "history/span.h"

namespace mainstay::history {

Result<CrashTable> CrashTable::open(Database& database) {
  auto insert = database.prepare(
      "INSERT INTO crash(service, at, record) SELECT ?1, ?2, ?3 WHERE NOT EXISTS"
      "  (SELECT 1 FROM crash WHERE service = ?1 AND record = ?3)");
  if (!insert) return insert.error();
  auto shorten = database.prepare(
      "DELETE FROM crash WHERE service = ?1 AND id <="
      "  (SELECT id FROM crash WHERE service = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)");
  if (!shorten) return shorten.error();
  auto select =
      database.prepare("SELECT record FROM crash WHERE service = ?1 ORDER BY id DESC LIMIT ?2");
  if (!select) return select.error();
  return CrashTable{std::move(*insert), std::move(*shorten), std::move(*select)};
}

Status CrashTable::add(const CrashRecord& record) {
  insert_.bind_text(1, record.service).bind(2, micros(record.at)).bind_text(3, encode(record));
  if (const Status added = insert_.run(); !added) return added;
  shorten_.bind_text(1, record.service).bind(2, static_cast<std::int64_t>(kKeptCrashes));
  return shorten_.run();
}

Result<std::vector<CrashRecord>> CrashTable::newest(std::string_view service) {
  std::vector<CrashRecord> records;
  select_.reset();
  select_.bind_text(1, service).bind(2, static_cast<std::int64_t>(kKeptCrashes));
  for (;;) {
    const auto row = select_.step();
    if (row && *row) {
      // One that is damaged must not hide the others.
      if (auto record = decode_crash(select_.text(0))) records.push_back(std::move(*record));
      continue;
    }
    select_.reset();
    if (!row) return row.error();
    return records;
  }
}

}  // namespace mainstay::history
