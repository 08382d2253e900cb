// How long samples are kept, and how much room they take.
#include <fmt/format.h>

#include "unit/history/sample_support.h"

namespace mainstay::history {

namespace {

// Half a sample a minute is enough to see what is kept.
void record(SampleRig& rig, WallTime from, Duration length, Duration keep = 1h) {
  REQUIRE(rig.database.begin());
  for (WallTime at = from; at < from + length; at = at + 2min) {
    REQUIRE(rig.table.add(round_of(at, "a", 1)));
    REQUIRE(rig.table.compact(at));
    REQUIRE(rig.table.forget(at, keep));
  }
  REQUIRE(rig.database.commit());
}

std::size_t full_points(SampleRig& rig, WallTime from, WallTime to) {
  return rig.values("a", from, to).size();
}

}  // namespace

TEST_CASE("what is older than it is kept goes, and its means stay for thirty days") {
  SampleRig rig;
  record(rig, kStart, 24h);
  CHECK(rig.count("chunk") <= 12 + 6 + 1);
  CHECK(rig.count("coarse") == 12);
  CHECK(full_points(rig, kStart + 23h, kStart + 24h) == 30);
  CHECK(full_points(rig, kStart, kStart + 1h) == 12);
  record(rig, kStart + 24h, 24h * 31);
  CHECK(rig.count("coarse") <= 30 * 12 + 2);
  CHECK(full_points(rig, kStart, kStart + 24h) == 0);
  CHECK(full_points(rig, kStart + 24h * 3, kStart + 24h * 4) == 288);
}

TEST_CASE("a wrong clock makes nothing go that is still to be kept, and pins nothing for ever") {
  SampleRig rig;
  record(rig, kStart, 1h);
  record(rig, kStart + 24h * 365, 10min);  // a year ahead, for a while
  record(rig, kStart + 1h, 10min);
  CHECK(full_points(rig, kStart, kStart + 70min) == 35);
  CHECK(full_points(rig, kStart + 24h * 364, kStart + 24h * 366) == 5);
  record(rig, WallTime{} + 1h, 10min);  // and in 1970
  record(rig, kStart + 70min, 20min);
  CHECK(full_points(rig, kStart + 30min, kStart + 90min) == 30);
  CHECK(full_points(rig, WallTime{}, WallTime{} + 2h) == 5);
  record(rig, kStart + 90min, 24h * 31);
  CHECK(full_points(rig, kStart + 24h * 364, kStart + 24h * 366) == 0);
  CHECK(full_points(rig, WallTime{}, WallTime{} + 2h) == 0);
  CHECK(rig.count("chunk") <= 12 + 6 + 1);
  CHECK(rig.count("coarse") <= 30 * 12 + 2);
}

TEST_CASE("a clock that begins anew at every start fills nothing up") {
  SampleRig rig;
  for (int start = 0; start < 40; ++start)
    record(rig, kStart, 1h);
  CHECK(rig.count("chunk") <= 2 * 12 + 12);
  CHECK(rig.count("coarse") == 1);
}

TEST_CASE("a series of which nothing is left is forgotten, and can come back") {
  SampleRig rig;
  rig.add(round_of(kStart, "old", 1));
  rig.add({kStart, {sample_of("empty", {})}});
  record(rig, kStart, 24h * 31 + 5h);
  CHECK(*rig.table.names(SeriesKind::Instance) == std::vector<std::string>{"a"});
  const WallTime later = kStart + 24h * 32;
  rig.add(round_of(later, "old", 2));
  rig.forget(later + 31min, 1h);
  rig.compact(later + 1h);
  CHECK(rig.values("old", later, later + 1h) == std::vector{2.0});
  // Another process knows no number; one that is in use is not taken away all the same.
  rig.add(round_of(later + 2h, "old", 3));
  REQUIRE(rig.database.execute("DELETE FROM chunk; DELETE FROM coarse"));
  auto other = SampleTable::open(rig.database);
  REQUIRE(other->add(round_of(later + 2h, "old", 4)));
  REQUIRE(other->forget(later + 2h, 1h));
  CHECK(rig.values("old", later, later + 3h) == std::vector{3.0, 4.0});
}

TEST_CASE("forgetting is bounded per call and does its round twice an hour") {
  SampleRig rig;
  Round round{kStart, {}};
  for (int i = 0; i < 200; ++i)
    round.samples.push_back(sample_of(fmt::format("s{}", i), {{Metric::Up, 1}}));
  rig.add(round);
  int calls = 1;
  for (; *rig.table.forget(kStart, 1h); ++calls) {
  }
  CHECK(calls == 4);
  CHECK_FALSE(*rig.table.forget(kStart + 29min, 1h));
  CHECK(*rig.table.forget(kStart + 31min, 1h));
}

// docs/samples.md says how this is computed.
TEST_CASE("thirty days take as much room as is computed") {
  constexpr int kServices = 4;
  constexpr int kChanging = 3;  // by two bytes each time
  constexpr int kConstant = 5;
  constexpr int kSamples = 5;  // in a span
  SampleRig rig;
  REQUIRE(rig.database.begin());
  for (int minute = 0; minute < 31 * 24 * 60; ++minute) {
    const WallTime at = kStart + minute * 1min;
    Round round{at, {}};
    for (int service = 0; service < kServices; ++service) {
      Sample sample = sample_of(fmt::format("s{}", service), {});
      for (std::size_t metric = 0; metric < kChanging + kConstant; ++metric) {
        const bool high = metric < kChanging && minute % 2 == 0;
        sample.readings.push_back({static_cast<Metric>(metric), high ? 1050.0 : 50.0});
      }
      round.samples.push_back(std::move(sample));
    }
    REQUIRE(rig.table.add(round));
    REQUIRE(rig.table.compact(at));
    REQUIRE(rig.table.forget(at, 24h));
    if (minute % 60 != 59) continue;
    REQUIRE(rig.database.commit());
    REQUIRE(rig.database.begin());
  }
  REQUIRE(rig.database.commit());
  REQUIRE(rig.database.execute("PRAGMA wal_checkpoint(TRUNCATE)"));

  constexpr int kColumns = kChanging + kConstant;
  constexpr double kRow = 24;    // key, times, and what the file has for each row
  constexpr double kColumn = 5;  // its name, its length, its first value, a run
  const double chunk = kRow + kColumns * kColumn + kChanging * 2 * (kSamples - 1);
  // A mean goes up and down by three bytes; a maximum stays.
  const double coarse = kRow + kColumn + 2 * kColumns * kColumn + kChanging * 3 * (24 - 1);
  const double used = kServices * (288 * chunk + 30 * 12 * coarse);
  constexpr double kFilled = 0.72;  // of each page, because rows come in between others
  const auto size = static_cast<double>(file_size(rig.folder.path() / "a.db"));
  MESSAGE("computed " << used / kFilled << " bytes, found " << size);
  CHECK(size == doctest::Approx(used / kFilled).epsilon(0.2));
}

}  // namespace mainstay::history
