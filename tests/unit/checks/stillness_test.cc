#include "unit/checks/rig.h"

#include "checks/frozen.h"

namespace mainstay::checks::test {
namespace {

process::TreeActivity used(Duration cpu, std::uint64_t io = 0) {
  return {{{100, 1}, {101, 2}}, cpu, io};
}

MonoTime at(Duration time) {
  return MonoTime{1h + time};
}

// 0.1 % for a minute, looked at every 12 seconds.
Stillness minute() {
  return Stillness{0.1, 60s, 24s};
}

TEST_CASE("a tree that does nothing is frozen after the whole time, and says how long") {
  Stillness still = minute();
  for (int look = 0; look < 5; ++look)
    CHECK(still.judge(used(5s), false, at(look * 12s)).verdict == CheckVerdict::Passed);
  const Answer answer = still.judge(used(5s), false, at(60s));
  CHECK(answer.verdict == CheckVerdict::Failed);
  CHECK(answer.message == "no CPU time, output or I/O for " + format_duration(60s));
  CHECK(still.judge(used(6s), false, at(72s)).verdict == CheckVerdict::Passed);
}

TEST_CASE("whatever a tree does in between, it is not frozen") {
  Stillness still = minute();
  process::TreeActivity now = used(5s, 100);
  bool printed = false;
  for (int look = 0; look < 20; ++look) {
    CHECK(still.judge(now, printed, at(look * 12s)).verdict == CheckVerdict::Passed);
    if (look % 4 != 0) continue;
    SUBCASE("CPU time") {
      now.cpu += 20ms;
    }
    SUBCASE("I/O") {
      now.io_bytes += 1;
    }
    SUBCASE("a process that came") {
      now.processes.emplace_back(200 + look, 5);
    }
    SUBCASE("output") {
      printed = look % 8 == 0 || !printed;
    }
  }
}

TEST_CASE("less CPU time than the share is none") {
  Stillness still = minute();
  Answer answer;
  for (int look = 0; look <= 5; ++look)
    answer = still.judge(used(look * 10ms), false, at(look * 12s));
  CHECK(answer.verdict == CheckVerdict::Failed);
}

TEST_CASE("time in which nobody looked does not count") {
  Stillness still = minute();
  still.judge(used(5s), false, at(0s));
  CHECK(still.judge(used(5s), false, at(1h)).verdict == CheckVerdict::Passed);
  CHECK(still.judge(used(5s), false, at(1h + 12s)).verdict == CheckVerdict::Passed);
}

TEST_CASE("what was known goes on elsewhere, and whoever acted meanwhile is not frozen") {
  Stillness before = minute();
  for (int look = 0; look < 5; ++look)
    before.judge(used(5s), false, at(look * 12s));
  Stillness after = minute();
  after.recall(before.memory());
  SUBCASE("still all the while") {
    CHECK(after.judge(used(5s), false, at(60s)).verdict == CheckVerdict::Failed);
  }
  SUBCASE("CPU time while nobody was there") {
    CHECK(after.judge(used(6s), false, at(60s)).verdict == CheckVerdict::Passed);
    CHECK(after.judge(used(6s), false, at(72s)).verdict == CheckVerdict::Passed);
  }
  SUBCASE("another process while nobody was there") {
    auto other = used(5s);
    other.processes[1].second = 3;
    CHECK(after.judge(other, false, at(60s)).verdict == CheckVerdict::Passed);
  }
  SUBCASE("of a long absence only a part counts") {
    before.judge(used(6s), false, at(60s));
    Stillness late = minute();
    late.recall(before.memory());
    CHECK(late.judge(used(6s), false, at(1h)).verdict == CheckVerdict::Passed);
  }
  SUBCASE("half a memory is none") {
    Stillness confused = minute();
    confused.recall(before.memory().substr(1));
    CHECK(confused.judge(used(5s), false, at(60s)).verdict == CheckVerdict::Passed);
  }
}

TEST_CASE("it is looked at five times in its time, or at its interval if that is shorter") {
  const model::FrozenProbe probe{0.1, 5min};
  CHECK(FrozenProber::interval_for(probe, 30s) == 30s);
  CHECK(FrozenProber::interval_for(probe, 10min) == 1min);
}

}  // namespace
}  // namespace mainstay::checks::test
