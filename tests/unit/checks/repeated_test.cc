#include "checks/repeated.h"

#include <algorithm>
#include <array>
#include <string>

#include "unit/checks/rig.h"

namespace mainstay::checks::test {
namespace {

// Answers when it is told to, or at once.
struct ScriptedProber final : Prober {
  void look(Duration, Done done) override {
    ++looks;
    if (at_once) return done({*at_once});
    waiting = std::move(done);
  }
  std::string awaits() const override { return awaited; }
  void answer(CheckVerdict verdict) { std::exchange(waiting, nullptr)({verdict}); }

  int looks = 0;
  std::optional<CheckVerdict> at_once;
  std::string awaited;
  Done waiting;
};

struct Watched {
  explicit Watched(Rig& rig, Plan plan, std::optional<CheckVerdict> at_once,
                   std::string awaited = {})
      : made(std::make_unique<ScriptedProber>()), prober(made.get()) {
    prober->at_once = at_once;
    prober->awaited = std::move(awaited);
    repeated.emplace(
        rig.loop, [this] { return now(); }, std::move(made), plan,
        [this](policy::CheckResult result) { results.push_back(result); });
  }
  Now now() const {
    Now now = io::read_clocks();
    now.mono = now.mono + ahead;
    return now;
  }

  std::unique_ptr<ScriptedProber> made;
  ScriptedProber* prober;
  Duration ahead{0};
  std::vector<policy::CheckResult> results;
  std::optional<Repeated> repeated;
};

Plan plan(Duration interval, Duration first) {
  Plan out;
  out.interval = interval;
  out.first = first;
  return out;
}

TEST_CASE("a check is looked at at its regular moments, and each of those looks counts") {
  Rig rig;
  const MonoTime begin = io::read_clocks().mono;
  Watched watched{rig, plan(20ms, 10ms), CheckVerdict::Failed};
  CHECK(watched.prober->looks == 0);
  REQUIRE(rig.until([&] { return watched.results.size() >= 3; }));
  CHECK(watched.results[0].at - begin >= 10ms);
  CHECK(watched.results[1].at - begin >= 30ms);
  CHECK(watched.results[2].at - begin >= 50ms);
  CHECK(std::all_of(watched.results.begin(), watched.results.end(),
                    [](const auto& result) { return result.counts; }));
}

TEST_CASE(
    "a check is never looked at twice at a time, and moments that pass meanwhile are left out") {
  Rig rig;
  Watched watched{rig, plan(10ms, 0ms), std::nullopt};
  REQUIRE(rig.until([&] { return watched.prober->looks == 1; }));
  rig.turn_for(60ms);
  CHECK(watched.prober->looks == 1);
  const MonoTime answered = io::read_clocks().mono;
  watched.ahead = 1h;
  watched.prober->answer(CheckVerdict::Passed);
  REQUIRE(watched.results.size() == 1);
  CHECK(watched.results[0].latency >= 1h);
  watched.prober->at_once = CheckVerdict::Passed;
  REQUIRE(rig.until([&] { return watched.prober->looks >= 2; }));
  rig.turn_for(5ms);
  // One at once and one for each moment since, but not for each of that hour.
  const auto moments = (io::read_clocks().mono - answered) / 10ms + 1;
  CHECK(watched.prober->looks <= 2 + moments);
}

TEST_CASE(
    "what is eagerly waited for is looked at at once and often, and only regular looks count") {
  Rig rig;
  Plan eager = plan(1h, 30min);
  eager.eager = true;
  eager.eager_interval = 5ms;
  Watched watched{rig, eager, CheckVerdict::Failed};
  REQUIRE(rig.until([&] { return watched.results.size() >= 3; }));
  CHECK(std::none_of(watched.results.begin(), watched.results.end(),
                     [](const auto& result) { return result.counts; }));
  SUBCASE("until the regular moment has come") {
    watched.ahead = 31min;
    watched.results.clear();
    REQUIRE(rig.until([&] { return watched.results.size() >= 2; }));
    CHECK(watched.results[0].counts);
    CHECK_FALSE(watched.results[1].counts);
  }
  SUBCASE("until it has passed") {
    watched.prober->at_once = CheckVerdict::Passed;
    REQUIRE(rig.until([&] { return watched.results.back().verdict == CheckVerdict::Passed; }));
    const int looks = watched.prober->looks;
    rig.turn_for(40ms);
    CHECK(watched.prober->looks == looks);
  }
}

TEST_CASE("what is to pass once is not looked at after that") {
  Rig rig;
  Plan once = plan(5ms, 0ms);
  once.eager = true;
  once.eager_interval = 5ms;
  once.until_passed = true;
  Watched watched{rig, once, CheckVerdict::Failed};
  REQUIRE(rig.until([&] { return watched.results.size() >= 2; }));
  watched.prober->at_once = CheckVerdict::Passed;
  REQUIRE(rig.until([&] { return watched.results.back().verdict == CheckVerdict::Passed; }));
  const int looks = watched.prober->looks;
  rig.turn_for(40ms);
  CHECK(watched.prober->looks == looks);
}

TEST_CASE("what is waited for is said at once, without counting, and waited for again and again") {
  Rig rig;
  Watched watched{rig, plan(1h, 30min), std::nullopt, "a sign yet"};
  REQUIRE(watched.results.size() == 1);
  CHECK(watched.results[0].message == "there has not been a sign yet");
  CHECK_FALSE(watched.results[0].counts);
  for (int i = 1; i <= 3; ++i) {
    REQUIRE(rig.until([&] { return watched.prober->looks == i; }));
    watched.prober->answer(CheckVerdict::Passed);
    CHECK(watched.results.back().counts);
  }
}

TEST_CASE("what goes on from what was known before says nothing at its beginning") {
  Rig rig;
  Plan known = plan(1h, 30min);
  known.goes_on = true;
  Watched watched{rig, known, std::nullopt, "a sign yet"};
  REQUIRE(rig.until([&] { return watched.prober->looks == 1; }));
  CHECK(watched.results.empty());
}

TEST_CASE("a thousand checks are spread evenly over their interval, always in the same way") {
  constexpr Duration kInterval = 30s;
  std::array<int, 30> begun{};
  for (int i = 0; i < 1000; ++i) {
    const std::string owner = "service-" + std::to_string(i) + ":0";
    const Duration phase = phase_of(owner, 0, kInterval);
    REQUIRE(phase >= 0s);
    REQUIRE(phase < kInterval);
    CHECK(phase == phase_of(owner, 0, kInterval));
    ++begun[static_cast<std::size_t>(phase / 1s)];
  }
  CHECK(*std::max_element(begun.begin(), begun.end()) < 60);
  CHECK(*std::min_element(begun.begin(), begun.end()) > 10);
  CHECK(phase_of("backend:0", 0, kInterval) != phase_of("backend:0", 1, kInterval));
}

}  // namespace
}  // namespace mainstay::checks::test
