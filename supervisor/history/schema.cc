#include "history/schema.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>

#include "history/audit_chain.h"

namespace mainstay::history {

namespace {

// Times are microseconds since 1970 (UTC). Step N leads from version N to N + 1.
constexpr std::array<const char*, kSchemaVersion> kMigrations = {
    // `round` has what is fresh, by moment; `chunk` the same by series, later; `coarse` its
    // 5-minute means and maxima. `spans` counts the spans that were moved there: by it data is
    // aged, because a clock may jump. `span` is that count when a series was given its row, or
    // `chunk` its points.
    "CREATE TABLE series(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL,"
    "  span INTEGER NOT NULL, UNIQUE(kind, name));"
    "CREATE TABLE round(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, samples BLOB NOT NULL);"
    "CREATE TABLE spans(count INTEGER NOT NULL);"
    "INSERT INTO spans VALUES(0);"
    "CREATE TABLE chunk(series INTEGER NOT NULL, start INTEGER NOT NULL, span INTEGER NOT NULL,"
    "  points BLOB NOT NULL, PRIMARY KEY(series, start, span)) WITHOUT ROWID;"
    "CREATE TABLE coarse(series INTEGER NOT NULL, start INTEGER NOT NULL, span INTEGER NOT NULL,"
    "  points BLOB NOT NULL, PRIMARY KEY(series, start)) WITHOUT ROWID;"
    "CREATE TABLE event(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL,"
    "  service TEXT NOT NULL, instance TEXT NOT NULL, data TEXT NOT NULL);"
    "CREATE INDEX event_at ON event(at);"
    "CREATE INDEX event_service ON event(service, id);"
    "CREATE TABLE crash(id INTEGER PRIMARY KEY, service TEXT NOT NULL, at INTEGER NOT NULL,"
    "  record TEXT NOT NULL);"
    "CREATE INDEX crash_service ON crash(service, id);",
    // `audit` chains the events that are actions (audit_chain.h); `audit_begin` is one row.
    "CREATE INDEX event_action ON event(id) WHERE kind='action';"
    "CREATE TABLE audit(id INTEGER PRIMARY KEY, hash BLOB NOT NULL);"
    "CREATE TABLE audit_begin(after INTEGER NOT NULL, hash BLOB NOT NULL, why TEXT NOT NULL);"
    "INSERT INTO audit_begin VALUES(0, zeroblob(32), '');",
};

constexpr std::int64_t kChained = 2;

Status begin_chain(Database& database, std::int64_t from, std::string_view why_new) {
  if (from >= kChained) return {};
  if (const Status chained = chain_all(database); !chained) return chained;
  auto said = database.prepare("UPDATE audit_begin SET why=?1");
  if (!said) return said.error();
  return said
      ->bind_text(1, from == 0 ? why_new
                               : "what an earlier version had written was chained when this one "
                                 "opened the file first")
      .run();
}

Status climb(Database& database, std::int64_t from, std::string_view why_new) {
  for (std::int64_t step = from; step < kSchemaVersion; ++step) {
    if (const Status done = database.execute(kMigrations[static_cast<std::size_t>(step)]); !done) {
      return done;
    }
  }
  if (const Status begun = begin_chain(database, from, why_new); !begun) return begun;
  if (const Status set = database.set_version(kSchemaVersion); !set) return set;
  return database.commit();
}

}  // namespace

Status migrate(Database& database, std::string_view why_new) {
  const auto version = database.version();
  if (!version) return version.error();
  if (*version == kSchemaVersion) return {};
  if (*version > kSchemaVersion || *version < 0) {
    return Error{fmt::format("its version is {}, this program knows {}: it was written by a newer "
                             "program",
                             *version, kSchemaVersion),
                 ENOTSUP};
  }
  if (const Status begun = database.begin(); !begun) return begun;
  const Status done = climb(database, *version, why_new);
  if (!done) database.rollback();
  return done;
}

}  // namespace mainstay::history
