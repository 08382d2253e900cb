// ECOSYSTEM "Restart, exactly": one scenario for each half sentence.
#include "sim/scenario.h"

using namespace mainstay;
using namespace mainstay::sim;

TEST_CASE("a requested stop ends in stopped and nothing is started again") {
  Scene w;
  w.declare("a");
  w.up();
  w.advance(1s);
  w.stop("a");
  w.advance(1h);
  CHECK(w.state("a") == PublicState::Stopped);
  CHECK(w.starts("a") == 1);
}

TEST_CASE("a code in stop_codes ends in exited even under always") {
  Scene w;
  w.crasher("a", 1s, code(7)).restart.stop_codes = {7};
  w.up();
  w.advance(1h);
  CHECK(w.state("a") == PublicState::Exited);
  CHECK(w.starts("a") == 1);
}

TEST_CASE("policy never ends in exited whatever the code") {
  Scene w;
  w.crasher("a", 1s, code(1)).restart.policy = model::RestartWhen::Never;
  w.up();
  w.advance(1h);
  CHECK(w.state("a") == PublicState::Exited);
  CHECK(w.starts("a") == 1);
}

TEST_CASE("policy on-failure does not restart after a success code and does after others") {
  Scene w;
  auto& good = w.crasher("good", 1s, code(3));
  good.restart.policy = model::RestartWhen::OnFailure;
  good.restart.success_codes = {0, 3};
  w.crasher("bad", 1s, code(4)).restart.policy = model::RestartWhen::OnFailure;
  w.crasher("shot", 1s, signal(SIGSEGV)).restart.policy = model::RestartWhen::OnFailure;
  w.up();
  w.advance(2s);
  CHECK(w.state("good") == PublicState::Exited);
  CHECK(w.starts("good") == 1);
  CHECK(w.starts("bad") == 2);
  CHECK(w.starts("shot") == 2);
}

TEST_CASE("policy always restarts after code 0 too") {
  Scene w;
  w.crasher("a", 1s, code(0));
  w.up();
  w.advance(2s);
  CHECK(w.starts("a") == 2);
}

TEST_CASE("a run of min_uptime is stable: the restart is immediate and the count starts afresh") {
  Scene w;
  w.crasher("a", 200ms);
  w.up();
  w.advance(300ms);
  CHECK(w.status("a").unstable_runs == 1);
  w.life("a").runs_for = 10s;  // exactly min_uptime
  w.advance(500ms);
  REQUIRE(w.is_up("a"));
  const int before = w.starts("a");
  w.advance(10s);
  CHECK(w.starts("a") == before + 1);
  CHECK(w.status("a").unstable_runs == 0);
}

TEST_CASE("the count is cleared when min_uptime has passed, not only at the exit") {
  Scene w;
  w.crasher("a", 200ms);
  w.up();
  w.advance(300ms);
  w.life("a").runs_for.reset();
  w.advance(9s);
  CHECK(w.status("a").unstable_runs == 1);
  w.advance(2s);
  CHECK(w.is_up("a"));
  CHECK(w.status("a").unstable_runs == 0);
}

TEST_CASE("a run just shorter than min_uptime is unstable and waits in backoff") {
  Scene w;
  w.crasher("a", 9999ms);
  w.up();
  w.advance(10s + 5ms);
  CHECK(w.state("a") == PublicState::Backoff);
  CHECK(w.status("a").unstable_runs == 1);
}

TEST_CASE("the backoff is initial × factor^(count−1), at most max") {
  Scene w;
  auto& spec = w.crasher("a", 1ms);
  spec.restart.backoff = {100ms, 3, 2s, 0};
  w.up();
  std::vector<std::string> delays;
  w.advance(10s);
  for (const auto& event : w.told) {
    if (event.kind == EventKind::ServiceBackoff) delays.push_back(event.data.at("delay_ms"));
  }
  REQUIRE(delays.size() > 5);
  delays.resize(5);
  CHECK(delays == std::vector<std::string>{"100", "300", "900", "2000", "2000"});
}

TEST_CASE("the jitter moves each delay within its share and not always alike") {
  Scene w;
  auto& spec = w.crasher("a", 1ms);
  spec.restart.backoff = {1s, 1, 1s, 0.2};
  spec.restart.max_restarts.reset();
  w.up();
  w.advance(5min);
  std::vector<int> delays;
  for (const auto& event : w.told) {
    if (event.kind == EventKind::ServiceBackoff)
      delays.push_back(std::stoi(event.data.at("delay_ms")));
  }
  REQUIRE(delays.size() > 100);
  const auto [least, most] = std::minmax_element(delays.begin(), delays.end());
  CHECK(*least >= 800);
  CHECK(*most <= 1200);
  CHECK(*least < 850);
  CHECK(*most > 1150);
}

TEST_CASE("the unstable run above max_restarts fails with its reason, the one before does not") {
  Scene w;
  auto& spec = w.crasher("a", 1ms, code(2));
  spec.restart.backoff = {1s, 1, 1s, 0};
  spec.restart.max_restarts = 3;
  w.up();
  w.advance(2500ms);
  CHECK(w.starts("a") == 3);
  CHECK(w.state("a") == PublicState::Backoff);
  w.advance(1h);
  CHECK(w.starts("a") == 4);
  CHECK(w.state("a") == PublicState::Failed);
  CHECK(w.status("a").reason == "4 unstable runs in a row (max_restarts 3), the last one: code 2");
  CHECK(w.count_events(EventKind::ServiceFailed, "a") == 1);
}

TEST_CASE("max_restarts unlimited never fails") {
  Scene w;
  auto& spec = w.crasher("a", 1ms);
  spec.restart.backoff = {1s, 1, 1s, 0};
  spec.restart.max_restarts.reset();
  w.up();
  w.advance(5min);
  CHECK(w.starts("a") > 250);
}

TEST_CASE("a window fails after too many unstable runs within it, whatever came between") {
  Scene w;
  auto& spec = w.crasher("a", 1s);
  spec.restart.max_restarts = 2;
  spec.restart.window = 1h;
  spec.restart.backoff = {1s, 1, 1s, 0};
  w.up();
  for (int i = 0; i < 2; ++i) {
    w.life("a").runs_for = 1min;  // the next run is stable
    w.advance(3s);
    w.life("a").runs_for = 1s;
    CHECK(w.is_up("a"));
    w.advance(58s);
  }
  w.advance(10s);
  CHECK(w.state("a") == PublicState::Failed);
  CHECK(w.why("a").headline.find("more than 2 unstable runs within 1h 00m") != std::string::npos);
}

TEST_CASE("without a window stable runs in between clear the count") {
  Scene w;
  auto& spec = w.crasher("a", 1s);
  spec.restart.max_restarts = 2;
  spec.restart.backoff = {1s, 1, 1s, 0};
  w.up();
  for (int i = 0; i < 4; ++i) {
    w.life("a").runs_for = 1min;
    w.advance(3s);
    w.life("a").runs_for = 1s;
    w.advance(58s);
  }
  CHECK(w.state("a") != PublicState::Failed);
}

TEST_CASE("unstable runs that are older than the window do not fail it") {
  Scene w;
  auto& spec = w.crasher("a", 1s);
  spec.restart.max_restarts = 2;
  spec.restart.window = 10s;
  spec.restart.backoff = {1s, 1, 1s, 0};
  w.up();
  for (int i = 0; i < 4; ++i) {
    w.life("a").runs_for = 1min;
    w.advance(3s);
    w.life("a").runs_for = 1s;
    w.advance(58s);
  }
  CHECK(w.state("a") != PublicState::Failed);
}

TEST_CASE("retry_after leaves failed by itself with a fresh count") {
  Scene w;
  auto& spec = w.crasher("a", 1ms);
  spec.restart.backoff = {1s, 1, 1s, 0};
  spec.restart.max_restarts = 1;
  spec.restart.retry_after = 1min;
  w.up();
  w.advance(2s);
  REQUIRE(w.state("a") == PublicState::Failed);
  CHECK(w.status("a").next_start_in.has_value());
  const int before = w.starts("a");
  w.advance(1min);
  CHECK(w.starts("a") > before);
  CHECK(w.status("a").unstable_runs <= 2);
}

TEST_CASE("max_age restarts a run that is old enough, at once and not counted") {
  Scene w;
  w.declare("a").restart.max_age = 1h;
  w.up();
  w.advance(1h + 1s);
  CHECK(w.starts("a") == 2);
  CHECK(w.is_up("a"));
  CHECK(w.status("a").unstable_runs == 0);
  CHECK(w.status("a").restarts == 1);
}

TEST_CASE("restart.at restarts at the time on the wall, not counted") {
  Scene w;
  w.declare("a").restart.at = "0 3 * * *";
  w.up();
  w.advance(3h - 1s);
  CHECK(w.starts("a") == 1);
  w.advance(2s);
  CHECK(w.starts("a") == 2);
  CHECK(w.status("a").unstable_runs == 0);
  w.advance(24h);
  CHECK(w.starts("a") == 3);
}

TEST_CASE("restart.at follows the wall clock when that is set, and nothing else does") {
  Scene w;
  w.declare("a").restart.at = "0 3 * * *";
  w.crasher("b", 1s).restart.backoff = {10min, 1, 10min, 0};
  w.up();
  w.advance(2s);
  w.jump_wall_clock(2h);
  w.settle();
  w.advance(5min);
  CHECK(w.starts("b") == 1);
  w.advance(56min);
  CHECK(w.starts("a") == 2);
}

TEST_CASE("resource errors at start are tried again with a backoff of their own and never count") {
  Scene w;
  w.declare("a").restart.max_restarts = 2;
  w.life("a").start_failure = {runtime::StartFailureKind::Resource, "run", 11,
                               "cannot fork: try again"};
  w.up();
  w.advance(10min);
  CHECK(w.state("a") == PublicState::Backoff);
  CHECK(w.status("a").unstable_runs == 0);
  CHECK(w.starts("a") > 15);
  CHECK(w.starts("a") < 40);
  w.life("a").start_failure.reset();
  w.advance(1min);
  CHECK(w.is_up("a"));
}

TEST_CASE("a program that cannot be started is an unstable run and fails with its reason") {
  Scene w;
  auto& spec = w.declare("a");
  spec.restart.max_restarts = 1;
  spec.restart.min_uptime = 0s;
  w.life("a").start_failure = {runtime::StartFailureKind::Program, "run", 2,
                               "cannot run 'pyhton3'"};
  w.up();
  w.advance(1h);
  CHECK(w.state("a") == PublicState::Failed);
  CHECK(w.starts("a") == 2);
  CHECK(w.status("a").last_exit->start_failure == "cannot run 'pyhton3'");
}

TEST_CASE("an unknown end is a failure, never code 0") {
  Scene w;
  w.crasher("a", 1s, {}).restart.policy = model::RestartWhen::OnFailure;
  w.up();
  w.advance(2s);
  CHECK(w.starts("a") == 2);
}

TEST_CASE("a manual start clears the count and works from backoff, failed and exited") {
  Scene w;
  auto& crasher = w.crasher("a", 1ms);
  crasher.restart.backoff = {1h, 1, 1h, 0};
  crasher.restart.max_restarts = 1;
  w.crasher("once", 1ms).restart.policy = model::RestartWhen::Never;
  w.up();
  w.advance(1s);
  REQUIRE(w.state("a") == PublicState::Backoff);
  w.start("a");
  w.advance(1s);
  CHECK(w.starts("a") == 2);
  CHECK(w.status("a").unstable_runs == 1);
  w.advance(1h);
  REQUIRE(w.state("a") == PublicState::Failed);
  w.start("a");
  w.advance(1s);
  CHECK(w.starts("a") == 4);
  CHECK(w.state("a") == PublicState::Backoff);
  REQUIRE(w.state("once") == PublicState::Exited);
  w.start("once");
  w.advance(1s);
  CHECK(w.starts("once") == 2);
}

TEST_CASE("reset forgets the counts, and failed becomes stopped") {
  Scene w;
  auto& spec = w.crasher("a", 1ms);
  spec.restart.max_restarts = 0;
  w.up();
  w.advance(1s);
  REQUIRE(w.state("a") == PublicState::Failed);
  w.reset("a");
  CHECK(w.state("a") == PublicState::Stopped);
  CHECK(w.status("a").unstable_runs == 0);
  CHECK(w.status("a").restarts == 0);
}

TEST_CASE("the brake lets so many automatic starts a second through, in their order") {
  Scene w;
  w.options.starts_per_second = 10;
  w.options.start_burst = 5;
  for (int i = 0; i < 50; ++i) {
    auto& spec = w.crasher("s" + std::to_string(i), 1ms);
    spec.restart.backoff = {100ms, 1, 100ms, 0};
    spec.restart.max_restarts.reset();
  }
  w.up();
  w.advance(10ms);
  CHECK(w.deeds.size() == 50);  // first starts do not pay
  w.advance(10s);
  const auto automatic = w.deeds.size() - 50;
  CHECK(automatic <= 5 + 10 * 10 + 1);
  CHECK(automatic >= 95);
  // Fair: everyone has had its turn before anyone has its third.
  for (int i = 0; i < 50; ++i)
    CHECK(w.starts("s" + std::to_string(i)) >= 2);
  const bool held = w.status("s0").reason.find("global brake") != std::string::npos ||
                    w.status("s1").reason.find("global brake") != std::string::npos;
  CHECK(held);
}

TEST_CASE("a manual start does not wait behind the brake") {
  Scene w;
  w.options.starts_per_second = 0.01;
  w.options.start_burst = 1;
  for (const char* name : {"a", "b", "c"}) {
    w.crasher(name, 1ms).restart.backoff = {1ms, 1, 1ms, 0};
  }
  w.up();
  w.advance(10ms);
  w.life("c").runs_for.reset();
  w.start("c");
  w.advance(10ms);
  CHECK(w.is_up("c"));
}
