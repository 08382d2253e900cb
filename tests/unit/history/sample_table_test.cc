#include "history/sample_table.h"

#include <cerrno>
#include <cmath>
#include <limits>

#include "unit/history/sample_support.h"

namespace mainstay::history {

TEST_CASE("what was sampled is read back, fresh and when its span was moved") {
  SampleRig rig;
  for (int i = 0; i < 60; ++i)
    rig.add(round_of(kStart + i * 10s, "backend:0", 0.5 + i));
  CHECK(rig.count("round") == 60);
  const auto expect_all = [&] {
    const auto answer =
        rig.ask({SeriesKind::Instance, {"backend:0"}, Metric::CpuPercent, kStart, kStart + 600s});
    CHECK(answer.known);
    CHECK(answer.step == 0s);
    REQUIRE(answer.points.size() == 60);
    for (std::size_t i = 0; i < 60; ++i) {
      CHECK(answer.points[i].at == kStart + static_cast<int>(i) * 10s);
      CHECK(answer.points[i].mean == 0.5 + static_cast<double>(i));
      CHECK(answer.points[i].max == answer.points[i].mean);
    }
  };
  expect_all();
  rig.compact(kStart + 300s);
  CHECK(rig.count("round") == 30);
  CHECK(rig.count("chunk") == 1);
  CHECK(rig.count("coarse") == 1);
  expect_all();
  rig.compact(kStart + 601s);
  CHECK(rig.count("round") == 0);
  CHECK(rig.count("chunk") == 2);
  CHECK(rig.count("coarse") == 1);
  expect_all();
  CHECK(rig.values("backend:0", kStart + 10s, kStart + 30s) == std::vector{1.5, 2.5});
}

TEST_CASE("series with different metrics, gaps, and values of any size stay apart") {
  SampleRig rig;
  const double huge = std::numeric_limits<double>::infinity();
  rig.add({kStart,
           {sample_of("b", {{Metric::CpuPercent, 1}, {Metric::MemoryBytes, 4'000'000'000'000.0}}),
            sample_of("a", {{Metric::CpuPercent, 2}, {Metric::Threads, std::nan("")}}),
            {{SeriesKind::Host, ""}, {{Metric::LoadAverage, huge}}}}});
  rig.add({kStart + 10s, {sample_of("b", {{Metric::CpuPercent, -3}})}});
  rig.add({kStart + 20s, {sample_of("b", {{Metric::MemoryBytes, 1}}), sample_of("c", {})}});
  for (const WallTime now : {kStart, kStart + 400s}) {
    rig.compact(now);
    const auto all = rig.table.query(
        {SeriesKind::Instance, {"b", "a", "no"}, Metric::CpuPercent, kStart, kStart + 400s});
    REQUIRE(all);
    REQUIRE(all->size() == 3);
    REQUIRE((*all)[0].points.size() == 2);
    CHECK((*all)[0].points[1].mean == -3);
    CHECK((*all)[1].points.size() == 1);
    CHECK((*all)[2].points.empty());
    CHECK_FALSE((*all)[2].known);
    const auto memory =
        rig.ask({SeriesKind::Instance, {"b"}, Metric::MemoryBytes, kStart, kStart + 400s});
    REQUIRE(memory.points.size() == 2);
    CHECK(memory.points[0].mean == 4'000'000'000'000.0);
    CHECK(memory.points[1].at == kStart + 20s);
    CHECK(rig.ask({SeriesKind::Instance, {"a"}, Metric::Threads, kStart, kStart + 400s})
              .points.empty());
    const auto load = rig.ask({SeriesKind::Host, {""}, Metric::LoadAverage, kStart, kStart + 400s});
    REQUIRE(load.points.size() == 1);
    CHECK(load.points[0].mean == 9e13);
  }
}

TEST_CASE("a wider step keeps the mean and the peak, from full step and from means alike") {
  SampleRig rig;
  for (int i = 0; i < 90; ++i)
    rig.add(round_of(kStart + i * 10s, "a", i == 47 ? 100 : 1));
  const SeriesQuery query{SeriesKind::Instance, {"a"},         Metric::CpuPercent,
                          kStart + 5s,          kStart + 890s, 5min};
  for (const WallTime now : {kStart, kStart + 300s, kStart + 905s}) {
    rig.compact(now);
    const auto answer = rig.ask(query);
    CHECK(answer.step == 5min);
    REQUIRE(answer.points.size() == 3);
    CHECK(answer.points[0].at == kStart);
    CHECK(answer.points[0].mean == 1);
    CHECK(answer.points[1].mean == doctest::Approx(129.0 / 30));
    CHECK(answer.points[1].max == 100);
    CHECK(answer.points[2].max == 1);
  }
  auto minute = query;
  minute.step = 1min;
  const auto answer = rig.ask(minute);
  REQUIRE(answer.points.size() == 15);
  CHECK(answer.points[7].max == 100);
  CHECK(answer.points[7].mean == doctest::Approx(105.0 / 6));
  CHECK(answer.points[6].max == 1);
}

TEST_CASE("where the full step is gone its means stand in for it") {
  SampleRig rig;
  for (int i = 0; i < 90; ++i)
    rig.add(round_of(kStart + i * 10s, "a", i % 2));
  rig.compact(kStart + 600s);
  REQUIRE(rig.database.execute("DELETE FROM chunk WHERE span = 1"));
  const auto answer =
      rig.ask({SeriesKind::Instance, {"a"}, Metric::CpuPercent, kStart, kStart + 900s});
  REQUIRE(answer.points.size() == 1 + 60);
  CHECK(answer.points[0].at == kStart);
  CHECK(answer.points[0].mean == 0.5);
  CHECK(answer.points[0].max == 1);
  CHECK(answer.points[1].at == kStart + 300s);
}

TEST_CASE("an answer never has more points than were asked for") {
  SampleRig rig;
  for (int i = 0; i < 400; ++i)
    rig.add(round_of(kStart + i * 1s, "a", i == 333 ? 9 : 1));
  SeriesQuery query{SeriesKind::Instance, {"a"}, Metric::CpuPercent, kStart, kStart + 400s};
  query.most_points = 100;
  for (const Duration step : {Duration{0}, Duration{1s}}) {
    query.step = step;
    const auto answer = rig.ask(query);
    CHECK(answer.step == 5s);
    REQUIRE(answer.points.size() == 80);
    CHECK(answer.points[66].max == 9);
    CHECK(answer.points[66].mean == doctest::Approx(13.0 / 5));
  }
  query.to = query.from;
  query.step = 0s;
  CHECK(rig.ask(query).points.empty());
  query.from = kStart + 1h;
  CHECK(rig.ask(query).points.empty());
}

TEST_CASE("a clock that is set back and forward loses nothing") {
  SampleRig rig;
  int value = 0;
  const auto run = [&](WallTime from) {
    for (int i = 0; i < 35; ++i) {
      rig.add(round_of(from + i * 10s, "a", ++value));
      rig.compact(from + i * 10s);
    }
  };
  run(kStart);
  run(kStart + -1h);
  run(kStart);              // the same times again
  run(kStart + 24h * 365);  // a year ahead
  run(kStart + 400s);
  rig.compact(kStart + 2h);
  CHECK(rig.count("round") == 0);
  CHECK(rig.values("a", kStart + -2h, kStart + 3h).size() == 4 * 35);
  CHECK(rig.values("a", kStart + -2h, kStart).size() == 35);
  CHECK(rig.values("a", kStart + 24h * 364, kStart + 24h * 366).size() == 35);
  const auto twice =
      rig.ask({SeriesKind::Instance, {"a"}, Metric::CpuPercent, kStart, kStart + 300s, 5min});
  REQUIRE(twice.points.size() == 1);
  CHECK(twice.points[0].max == 100);
  CHECK(twice.points[0].mean == doctest::Approx((15.5 + 85.5) / 2));
}

TEST_CASE("a number that was given in a transaction which was taken back is not used again") {
  SampleRig rig;
  REQUIRE(rig.database.begin());
  REQUIRE(rig.table.add(round_of(kStart, "gone", 1)));
  rig.database.rollback();
  rig.add(round_of(kStart, "other", 2));
  rig.add(round_of(kStart + 10s, "gone", 3));
  CHECK(rig.values("gone", kStart, kStart + 1h) == std::vector{3.0});
  CHECK(rig.values("other", kStart, kStart + 1h) == std::vector{2.0});

  // The same for a compaction: it is done again.
  REQUIRE(rig.database.begin());
  REQUIRE(rig.table.compact(kStart + 1h));
  rig.database.rollback();
  rig.compact(kStart + 1h);
  CHECK(rig.count("round") == 0);
  CHECK(rig.values("gone", kStart, kStart + 1h) == std::vector{3.0});
}

TEST_CASE("the latest value of each metric is found, wherever it is") {
  SampleRig rig;
  rig.add({kStart, {sample_of("a", {{Metric::CpuPercent, 1}, {Metric::Ports, 2}})}});
  rig.add({kStart + 10s, {sample_of("a", {{Metric::CpuPercent, 1.5}})}});
  for (const WallTime now : {kStart, kStart + 400s}) {
    rig.compact(now);
    if (now > kStart) rig.add({kStart + 401s, {sample_of("a", {{Metric::CpuPercent, 2}})}});
    const auto all = rig.table.latest(SeriesKind::Instance, {"no", "a"});
    REQUIRE(all);
    CHECK_FALSE((*all)[0].known);
    REQUIRE((*all)[1].values.size() == 2);
    const auto& cpu = (*all)[1].values[0];
    CHECK(cpu.metric == Metric::CpuPercent);
    CHECK(cpu.value == (now > kStart ? 2 : 1.5));
    CHECK((*all)[1].values[1].at == kStart);
  }
  CHECK(*rig.table.names(SeriesKind::Instance) == std::vector<std::string>{"a"});
  CHECK(rig.table.names(SeriesKind::Disk)->empty());
}

TEST_CASE("what is damaged is an error of the query that reads it, and of no other") {
  SampleRig rig;
  for (int i = 0; i < 31; ++i)
    rig.add({kStart + i * 10s,
             {sample_of("a", {{Metric::CpuPercent, 1.0 * i}}),
              sample_of("b", {{Metric::CpuPercent, 1.0 * i}})}});
  rig.compact(kStart + 300s);
  REQUIRE(rig.database.execute("UPDATE chunk SET points = x'ff' WHERE series = 1"));
  const auto answer =
      rig.table.query({SeriesKind::Instance, {"a"}, Metric::CpuPercent, kStart, kStart + 300s});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == EBADMSG);
  CHECK(rig.values("b", kStart, kStart + 1h).size() == 31);
  REQUIRE(rig.database.execute("UPDATE round SET samples = substr(samples, 1, 3)"));
  CHECK(rig.table.query({SeriesKind::Instance, {"b"}, Metric::CpuPercent, kStart, kStart + 1h})
            .error()
            .code == EBADMSG);
  CHECK(rig.table.latest(SeriesKind::Instance, {"b"}).error().code == EBADMSG);
  // It does not stand in the way of what comes.
  rig.compact(kStart + 1h);
  rig.add(round_of(kStart + 1h, "b", 5));
  CHECK(rig.values("b", kStart + 30min, kStart + 2h) == std::vector{5.0});
}

}  // namespace mainstay::history
