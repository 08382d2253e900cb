// A database with tables in a folder that goes, and rounds to put into it.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "history/sample_table.h"
#include "history/schema.h"
#include "unit/control/temp_folder.h"

namespace mainstay::history {

using namespace std::chrono_literals;

// The beginning of a span, and of a row of means.
inline constexpr WallTime kStart{std::chrono::seconds{1'800'000'000 / 14'400 * 14'400}};

inline Sample sample_of(std::string name, std::vector<Reading> readings) {
  return {{SeriesKind::Instance, std::move(name)}, std::move(readings)};
}

inline Round round_of(WallTime at, const std::string& name, double cpu) {
  return {at, {sample_of(name, {{Metric::CpuPercent, cpu}})}};
}

struct SampleRig {
  test::TempFolder folder;
  Database database = std::move(*Database::open(folder.path() / "a.db"));
  SampleTable table = tables();

  SampleTable tables() {
    REQUIRE(migrate(database));
    return std::move(*SampleTable::open(database));
  }

  void add(const Round& round) {
    REQUIRE(database.begin());
    REQUIRE(table.add(round));
    REQUIRE(database.commit());
  }
  void compact(WallTime now) {
    REQUIRE(database.begin());
    REQUIRE(table.compact(now));
    REQUIRE(database.commit());
  }
  // Until there is no more to do.
  void forget(WallTime now, Duration keep) {
    REQUIRE(database.begin());
    for (auto more = table.forget(now, keep);; more = table.forget(now, keep)) {
      REQUIRE(more);
      if (!*more) break;
    }
    REQUIRE(database.commit());
  }

  std::int64_t count(const char* table_name) {
    auto rows = database.prepare(std::string{"SELECT count(*) FROM "} + table_name);
    REQUIRE(rows);
    REQUIRE(*rows->step());
    return rows->whole(0);
  }

  SeriesAnswer ask(const SeriesQuery& query) {
    auto answers = table.query(query);
    REQUIRE(answers);
    REQUIRE(answers->size() == 1);
    return std::move(answers->front());
  }
  // At full step, of the CPU.
  std::vector<double> values(const std::string& name, WallTime from, WallTime to) {
    std::vector<double> out;
    for (const Point& point :
         ask({SeriesKind::Instance, {name}, Metric::CpuPercent, from, to}).points)
      out.push_back(point.mean);
    return out;
  }
};

}  // namespace mainstay::history
