#include "history/schema.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>

namespace mainstay::history {

namespace {

// Times are microseconds since 1970 (UTC). Step N leads from version N to N + 1.
constexpr std::array<const char*, kSchemaVersion> kSteps = {
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
};

Status climb(Database& database, std::int64_t from) {
  for (std::int64_t step = from; step < kSchemaVersion; ++step) {
    if (const Status done = database.execute(kSteps[static_cast<std::size_t>(step)]); !done) {
      return done;
    }
  }
  if (const Status set = database.set_version(kSchemaVersion); !set) return set;
  return database.commit();
}

}  // namespace

Status migrate(Database& database) {
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
  const Status done = climb(database, *version);
  if (!done) database.rollback();
  return done;
}

}  // namespace mainstay::history
