// The controller is killed and a new one goes on exactly there.
#include "sim/scenario.h"

using namespace mainstay;
using namespace mainstay::sim;
using model::DependencyCondition;

TEST_CASE("live runs are adopted: same pid, same start, nothing started, no signal sent") {
  Scene w;
  w.declare("a").instances = 2;
  w.up();
  w.advance(1min);
  const int pid = w.status("a:1").pid;
  const auto since = w.status("a:1").started_at;
  w.deeds.clear();
  w.die_and_take_over();
  CHECK(w.is_up("a:0"));
  CHECK(w.status("a:1").pid == pid);
  CHECK(w.status("a:1").started_at == since);
  CHECK(w.deeds.empty());
}

TEST_CASE("a backoff goes on to the same deadline with the same counts") {
  Scene w;
  auto& spec = w.crasher("a", 1ms);
  spec.restart.backoff = {500ms, 2, 60s, 0.1};
  w.up();
  w.advance(5s);
  REQUIRE(w.state("a") == PublicState::Backoff);
  const auto before = w.status("a");
  w.die_and_take_over();
  const auto after = w.status("a");
  CHECK(after.next_start_at == before.next_start_at);
  CHECK(after.unstable_runs == before.unstable_runs);
  CHECK(after.restarts == before.restarts);
  CHECK(after.reason == before.reason);
}

TEST_CASE("a stop goes on to the same deadline, and TERM is not sent a second time") {
  Scene w;
  w.declare("a");
  w.life("a").obeys_term.reset();
  w.up();
  w.advance(1s);
  w.stop("a");
  w.advance(4s);
  w.deeds.clear();
  w.die_and_take_over();
  CHECK(w.status("a").kill_in == Duration{6s});
  CHECK(w.deeds.empty());
  w.advance(7s);
  CHECK(w.state("a") == PublicState::Stopped);
}

TEST_CASE("an exit while nobody was there is applied by the successor, with its code") {
  Scene w;
  w.declare("a");
  w.up();
  w.advance(1s);
  w.kill_controller();
  w.die("a:0", code(9));
  w.advance(100ms);
  w.take_over();
  w.settle();
  CHECK(w.state("a") == PublicState::Backoff);
  CHECK(w.status("a").last_exit->status == code(9));
  w.advance(1s);
  CHECK(w.starts("a") == 2);
}

TEST_CASE("an exit that was applied but not released is not counted twice") {
  for (std::uint64_t effects = 0; effects < 6; ++effects) {
    Scene w;
    w.crasher("a", 1s);
    w.up();
    w.advance(500ms);
    w.kill_controller_after(effects);
    w.advance(505ms);
    w.take_over();
    w.settle();
    CHECK(w.status("a").unstable_runs == 1);
    CHECK(w.starts("a") == 1);
  }
}

TEST_CASE("a start that was recorded and never reached the keeper is made with the same run") {
  Scene w;
  w.declare("a").autostart = false;
  w.up();
  w.advance(1s);
  w.controller().forget(w.controller().request(Verb::Start, {w.id("a")}, "root"));
  w.kill_controller_after(2);  // the instance's record and the controller's own, then the deed
  w.settle();
  REQUIRE(w.controller_is_dead());
  REQUIRE(w.starts("a") == 0);
  w.take_over();
  w.advance(1s);
  CHECK(w.starts("a") == 1);
  CHECK(w.is_up("a"));
  CHECK(w.status("a").run.value == 1);
}

TEST_CASE("at whichever deed the controller dies, a start happens exactly once") {
  for (std::uint64_t effects = 0; effects < 12; ++effects) {
    Scene w;
    w.declare("a").autostart = false;
    w.up();
    w.advance(1s);
    w.controller().forget(w.controller().request(Verb::Start, {w.id("a")}, "root"));
    w.kill_controller_after(effects);
    w.advance(1s);
    w.take_over();
    w.advance(1s);
    CHECK(w.starts("a") <= 1);
    if (effects > 0) CHECK(w.is_up("a"));  // before its first record the wish is not known
  }
}

TEST_CASE("a manual stop is remembered, and begin() does not undo it") {
  Scene w;
  w.declare("a");
  w.declare("b").depends_on = {{"a", DependencyCondition::Started}};
  w.up();
  w.advance(1s);
  w.stop("a");
  w.advance(1s);
  w.die_and_take_over();
  w.advance(1h);
  CHECK(w.state("a") == PublicState::Stopped);
  CHECK(w.starts("a") == 1);
  CHECK(w.is_up("b"));
}

TEST_CASE("what waited goes on waiting, what was queued keeps its place, failed stays failed") {
  Scene w;
  w.options.starts_per_second = 0.1;
  w.options.start_burst = 1;
  w.declare("waits").depends_on = {{"job", DependencyCondition::Completed}};
  w.declare("job");
  w.crasher("dead", 1ms).restart.max_restarts = 0;
  for (const char* name : {"q1", "q2"})
    w.crasher(name, 1ms).restart.backoff = {1s, 1, 1s, 0};
  w.up();
  w.advance(1500ms);
  REQUIRE(w.state("dead") == PublicState::Failed);
  const auto reason = w.status("waits").reason;
  w.die_and_take_over();
  CHECK(w.state("dead") == PublicState::Failed);
  CHECK(w.status("waits").reason == reason);
  w.advance(1h);
  CHECK(w.starts("dead") == 1);
}

TEST_CASE("a shutdown goes on under the successor, with its order and its code") {
  Scene w;
  w.declare("web").depends_on = {{"db", DependencyCondition::Started}};
  w.declare("db");
  w.life("web").obeys_term = 2s;
  w.up();
  w.advance(1s);
  w.controller().shutdown(7, "asked");
  w.settle();
  w.advance(1s);
  w.die_and_take_over();
  CHECK(w.controller().shutting_down());
  CHECK(w.is_up("db"));
  w.advance(5s);
  CHECK(w.controller().finished() == 7);
}

TEST_CASE("scaled services keep their number") {
  Scene w;
  w.declare("a").instances = 2;
  w.declare("b").instances = 3;
  w.up();
  w.advance(1s);
  w.scale("a", 4);
  w.scale("b", 1);
  w.advance(1s);
  w.die_and_take_over();
  CHECK(w.controller().instances().size() == 5);
  CHECK(w.is_up("a:3"));
  CHECK(w.starts("a") == 4);
  w.die_and_take_over();
  CHECK(w.controller().instances().size() == 5);
}

TEST_CASE(
    "at whichever deed the controller dies while scaling, the wish is kept or was never known") {
  for (const std::uint32_t wanted : {1U, 4U}) {
    for (std::uint64_t effects = 0; effects < 30; ++effects) {
      Scene w;
      w.declare("a").instances = 3;
      w.up();
      w.advance(1s);
      w.controller().forget(w.controller().scale("a", wanted, "root").value());
      w.kill_controller_after(effects);
      w.advance(1s);
      if (!w.controller_is_dead()) w.kill_controller();
      w.take_over();
      w.advance(1s);
      const auto count = w.controller().instances().size();
      CHECK((count == wanted || count == 3));
      for (const InstanceId id : w.controller().instances()) {
        CHECK(w.controller().status(id, w.now()).state == PublicState::Running);
      }
      CHECK(w.live_processes() == count);
    }
  }
}

TEST_CASE("without readable records the runs that the keeper holds are adopted as they are") {
  Scene w;
  w.declare("a").instances = 2;
  w.declare("b");
  w.up();
  w.advance(1s);
  const int pid = w.status("b").pid;
  SUBCASE("missing") {
    w.records().clear();
  }
  SUBCASE("damaged") {
    for (auto& [slot, record] : w.records())
      record.resize(record.size() / 2);
  }
  SUBCASE("of another version") {
    for (auto& [slot, record] : w.records())
      record[0] = 99;
  }
  w.die_and_take_over();
  w.advance(1min);
  CHECK(w.status("b").pid == pid);
  CHECK(w.starts("a") == 2);
  CHECK(w.starts("b") == 1);
  CHECK(w.live_processes() == 3);
}

TEST_CASE("records of what is not declared are dropped") {
  Scene w;
  w.declare("a");
  w.up();
  w.advance(1s);
  w.records()[77] = w.records()[0];
  w.records()[78] = "not a record";
  w.die_and_take_over();
  CHECK(w.records().size() == 2);
  CHECK(w.is_up("a"));
}

TEST_CASE("leftovers that were being killed are killed on, and those that stay are remembered") {
  Scene w;
  w.crasher("a", 1s);
  w.life("a").leaves_processes = true;
  w.crasher("b", 1s, code(0)).restart.policy = model::RestartWhen::Never;
  w.life("b").leaves_processes = true;
  w.up();
  w.kill_controller_after(1000);
  w.advance(1001ms);
  w.kill_controller();
  w.take_over();
  w.advance(1s);
  CHECK(w.starts("a") == 2);
  CHECK(w.state("b") == PublicState::Exited);
  w.stop("b");
  w.advance(1min);
  CHECK(w.state("b") == PublicState::Stopped);
  w.stop("a");
  w.advance(1min);
  CHECK(w.live_processes() == 0);
}

TEST_CASE("whose time to get ready was over before a new controller came is looked at once more") {
  Scene w;
  const model::ReadySpec ready{.probe = model::TcpProbe{{"8000"}}, .timeout = 30s};
  w.declare("api").ready = ready;
  w.life("api").ready_after = 20s;
  w.declare("late").ready = ready;
  w.life("late").ready_after.reset();
  w.up();
  w.advance(10s);
  w.kill_controller();
  w.advance(2h);
  w.take_over();
  w.advance(4s);
  CHECK(w.is_up("api"));
  CHECK(w.starts("api") == 1);
  CHECK(w.state("late") == PublicState::Starting);
  w.advance(2s);
  CHECK(w.status("late").last_exit->cause == "not ready in time");
}

TEST_CASE("a service that was still for 50 of 60 seconds is frozen ten seconds after a takeover") {
  Scene w;
  auto& check = w.declare("api").health.emplace_back();
  check.probe = model::FrozenProbe{0.1, 60s};
  check.interval = 10s;
  check.failures = 1;
  w.life("api").still_after = 100s;
  w.up();
  w.advance(155s);
  w.die_and_take_over();
  w.die_and_take_over();
  w.advance(9s);
  CHECK(w.is_up("api"));
  w.advance(2s);
  CHECK(w.count_events(EventKind::ServiceFrozen, "api") == 1);
  w.advance(20s);
  CHECK(w.starts("api") == 2);
  // Its next run has all of the time again.
  w.advance(100s);
  CHECK(w.count_events(EventKind::ServiceFrozen, "api") == 1);
}

TEST_CASE("why a run was being ended is told by the next controller, which sees its end") {
  Scene w;
  auto& sick = w.declare("sick");
  sick.health = {{.probe = model::TcpProbe{{"8000"}}, .interval = 5s, .failures = 1}};
  w.life("sick").sick_after = 10s;
  w.life("sick").obeys_term = 5s;
  auto& late = w.declare("late");
  late.ready = {.probe = model::TcpProbe{{"8001"}}, .timeout = 10s};
  w.life("late").ready_after.reset();
  w.life("late").obeys_term = 8s;
  w.up();
  w.advance(16s);
  REQUIRE(w.state("sick") == PublicState::Stopping);
  REQUIRE(w.state("late") == PublicState::Stopping);
  w.die_and_take_over();
  w.advance(6s);
  REQUIRE(w.status("sick").last_exit);
  CHECK(w.status("sick").last_exit->cause == "unhealthy");
  CHECK(w.status("sick").last_exit->note.find("tcp 8000") != std::string::npos);
  REQUIRE(w.status("late").last_exit);
  CHECK(w.status("late").last_exit->note.starts_with("not ready within 10 s"));
}

TEST_CASE("a kill at the memory limit is told by the next controller, which sees the end") {
  Scene w;
  w.declare("api").limits.memory = Bytes{1 << 20};
  w.up();
  w.advance(1s);
  w.tell("api:0", [](RunId run) {
    return runtime::MemoryExceeded{.run = run, .limit_bytes = 1 << 20, .killed = true};
  });
  w.die_and_take_over();
  w.die("api:0", {runtime::ExitStatus::Kind::Signal, 9, false});
  CHECK(w.status("api").last_exit->cause == "memory limit");
  CHECK(w.status("api").last_exit->note == "killed by the kernel at limits.memory 1 MB");
}

TEST_CASE("what the service says of itself is known to the next controller") {
  Scene w;
  w.declare("api").ready = {.probe = model::NotifyProbe{}, .timeout = 30s};
  w.up();
  w.advance(1s);
  w.tell("api:0", [](RunId run) { return runtime::SaidStatus{run, "serving 12 clients"}; });
  w.die_and_take_over();
  CHECK(w.status("api").said == "serving 12 clients");
}
