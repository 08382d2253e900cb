#include "checks/heartbeat.h"

#include <unistd.h>

#include "unit/checks/rig.h"

namespace mainstay::checks::test {
namespace {

constexpr Said kAlive{Said::What::Alive};

struct Heart {
  explicit Heart(Rig& rig_in, Duration within, std::string known = {})
      : rig(rig_in), prober(rig_in.means, within, memory(std::move(known))) {
    listen();
  }
  Memory memory(std::string known) {
    return {std::move(known), [this](std::string bytes) { kept = std::move(bytes); }};
  }
  void listen() {
    prober.look(5s, [this](Answer answer) { answers.push_back(std::move(answer)); });
  }
  Answer next() {
    REQUIRE(rig.until([this] { return !answers.empty(); }));
    const Answer answer = answers.back();
    answers.clear();
    listen();
    return answer;
  }
  Rig& rig;
  std::string kept;
  HeartbeatProber prober;
  std::vector<Answer> answers;
};

TEST_CASE("a beat passes, and is told of once a second at most") {
  Rig rig;
  Heart heart{rig, 1h};
  heart.prober.hear(kAlive);
  CHECK(heart.next().verdict == CheckVerdict::Passed);
  for (int i = 0; i < 1000; ++i)
    heart.prober.hear(kAlive);
  CHECK(heart.answers.empty());
}

TEST_CASE("a beat that does not come is a failure, and each further time without one another") {
  Rig rig;
  Heart heart{rig, 10ms};
  Answer answer = heart.next();
  CHECK(answer.verdict == CheckVerdict::Failed);
  CHECK(answer.message == "no heartbeat (WATCHDOG=1) within " + format_duration(10ms));
  CHECK(heart.next().verdict == CheckVerdict::Failed);
  heart.prober.hear(kAlive);
  CHECK(heart.next().verdict == CheckVerdict::Passed);
  answer = heart.next();
  CHECK(answer.verdict == CheckVerdict::Failed);
  CHECK(answer.message.starts_with("no heartbeat (WATCHDOG=1) for "));
}

TEST_CASE("a service may ask to be taken for silent, or change its time") {
  Rig rig;
  Heart heart{rig, 1h};
  SUBCASE("WATCHDOG=trigger") {
    heart.prober.hear({Said::What::Trigger});
    CHECK(heart.next().message == "the service said WATCHDOG=trigger");
  }
  SUBCASE("a trigger between two looks is not lost") {
    heart.prober.hear(kAlive);
    heart.prober.hear({Said::What::Trigger});
    CHECK(heart.next().verdict == CheckVerdict::Passed);
    CHECK(heart.next().verdict == CheckVerdict::Failed);
  }
  SUBCASE("a shorter time") {
    heart.prober.hear({Said::What::WatchdogTime, 10ms});
    CHECK(heart.next().verdict == CheckVerdict::Failed);
  }
  SUBCASE("none any more") {
    heart.prober.hear({Said::What::WatchdogTime, 10ms});
    heart.prober.hear({Said::What::WatchdogTime, 0ms});
    rig.turn_for(60ms);
    CHECK(heart.answers.empty());
  }
}

TEST_CASE("another controller goes on waiting for the same beat, and a second more") {
  Rig rig;
  const MonoTime begun = rig.now().mono;
  Heart before{rig, 1h};
  SUBCASE("of one that has beaten") {
    before.prober.hear(kAlive);
  }
  SUBCASE("of one that has not yet") {}
  rig.ahead = 1h - 200ms;
  Heart after{rig, 1h, before.kept};
  CHECK(after.next().message.starts_with("no heartbeat (WATCHDOG=1) "));
  CHECK(rig.now().mono - begun >= 1h + 1s);
}

TEST_CASE("the time that a service has asked for holds under another controller") {
  Rig rig;
  Heart before{rig, 10ms};
  before.prober.hear({Said::What::WatchdogTime, 0ms});
  Heart silent{rig, 10ms, before.kept};
  rig.turn_for(1200ms);
  CHECK(silent.answers.empty());
  before.prober.hear({Said::What::WatchdogTime, 20ms});
  Heart short_of_breath{rig, 1h, before.kept};
  CHECK(short_of_breath.next().verdict == CheckVerdict::Failed);
}

// A controller that was held up finds the timer due and the beat waiting: timers come first.
TEST_CASE("a beat that came while the loop was held up is heard before silence is judged") {
  Rig rig;
  logs::test::Pipe pipe;
  Heart heart{rig, 20ms};
  io::FdWatch watch{rig.loop, pipe.read.get(), [&](int) {
                      char byte = 0;
                      if (read(pipe.read.get(), &byte, 1) == 1) heart.prober.hear(kAlive);
                    }};
  watch.want(io::kReadable);
  for (const Duration late : {0ms, 700ms}) {
    logs::test::put(pipe.write.get(), ".");
    rig.work_for(40ms);
    rig.ahead += late;
    CHECK(heart.next().verdict == CheckVerdict::Passed);
    CHECK(heart.next().verdict == CheckVerdict::Failed);
  }
}

}  // namespace
}  // namespace mainstay::checks::test
