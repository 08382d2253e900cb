#include "history/looks.h"

#include <doctest/doctest.h>

#include "unit/history/support.h"

namespace mainstay::history {

namespace {

struct LooksRig {
  io::Loop loop;
  std::vector<Round> rounds;
  Looks looks{loop, std::chrono::milliseconds{1},
              [] {
                return Now{{}, kNoon};
              },
              [this](Round round) { rounds.push_back(std::move(round)); }};
};

const SeriesKey kWeb{SeriesKind::Check, "web:0/http"};
const SeriesKey kRouter{SeriesKind::Monitor, "router"};

}  // namespace

TEST_CASE("looks are put down together, the worst of each series") {
  LooksRig rig;
  using std::chrono::milliseconds;
  rig.looks.looked(kWeb, true, milliseconds{3});
  rig.looks.looked(kRouter, false, milliseconds{5000});
  rig.looks.looked(kWeb, true, milliseconds{9});
  rig.looks.looked(kWeb, false, milliseconds{70});
  CHECK(rig.rounds.empty());
  rig.loop.run();
  REQUIRE(rig.rounds.size() == 1);
  const Round& round = rig.rounds[0];
  CHECK(round.at == kNoon);
  REQUIRE(round.samples.size() == 2);
  CHECK(round.samples[0].series == kWeb);
  CHECK(round.samples[0].readings == std::vector<Reading>{{Metric::Up, 0}, {Metric::LatencyMs, 9}});
  CHECK(round.samples[1].series == kRouter);
  CHECK(round.samples[1].readings == std::vector<Reading>{{Metric::Up, 0}});
}

TEST_CASE("without looks no timer runs and nothing is put down") {
  LooksRig rig;
  rig.loop.run();
  rig.looks.flush();
  CHECK(rig.rounds.empty());
  rig.looks.looked(kWeb, true, {});
  rig.looks.flush();
  rig.loop.run();
  CHECK(rig.rounds.size() == 1);
}

}  // namespace mainstay::history
