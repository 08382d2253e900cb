// Readiness and health: what is looked at, what follows from it, and who waits for it.
#include "sim/scenario.h"

using namespace mainstay;
using namespace mainstay::sim;
using model::CheckAction;
using model::DependencyCondition;

namespace {

model::CheckSpec tcp_check(Duration interval, std::uint32_t failures) {
  model::CheckSpec check;
  check.probe = model::TcpProbe{{"8000"}};
  check.interval = interval;
  check.failures = failures;
  return check;
}

model::ReadySpec tcp_ready(Duration timeout) {
  return {.probe = model::TcpProbe{{"8000"}}, .timeout = timeout};
}

}  // namespace

TEST_CASE("without ready and checks a service is ready when spawned, and nobody looks at it") {
  Scene w;
  w.declare("api");
  w.up();
  w.advance(1s);
  CHECK(w.status("api").ready);
  CHECK(w.status("api").health == Health::None);
  CHECK_FALSE(w.is_watched("api:0"));
  CHECK(w.count_events(EventKind::ServiceReady, "api") == 0);
}

TEST_CASE("a service is starting until its ready probe has passed") {
  Scene w;
  w.declare("api").ready = tcp_ready(60s);
  w.life("api").ready_after = 5s;
  w.up();
  w.advance(3s);
  CHECK(w.state("api") == PublicState::Starting);
  CHECK(w.status("api").pid != 0);
  CHECK_FALSE(w.status("api").ready);
  CHECK(w.status("api").reason ==
        "started 3 s ago, not ready yet (connection refused on 127.0.0.1:8000); 57 s left");
  w.advance(3s);
  CHECK(w.is_up("api"));
  CHECK(w.count_events(EventKind::ServiceReady, "api") == 1);
  CHECK_FALSE(w.is_watched("api:0"));
}

TEST_CASE("not ready within the timeout is a failed start, counted however long it took") {
  Scene w;
  auto& spec = w.declare("api");
  spec.ready = tcp_ready(30s);
  spec.restart.max_restarts = 2;
  spec.restart.backoff.initial = 5s;
  w.life("api").ready_after.reset();
  w.up();
  w.advance(31s);
  CHECK(w.state("api") == PublicState::Backoff);
  CHECK(w.status("api").unstable_runs == 1);
  CHECK(w.status("api").last_exit->cause == "not ready in time");
  CHECK(w.status("api").last_exit->note ==
        "not ready within 30 s: connection refused on 127.0.0.1:8000");
  w.advance(5min);
  CHECK(w.state("api") == PublicState::Failed);
  CHECK(w.starts("api") == 3);
}

TEST_CASE("a run that ends by itself before it was ready is unstable, too") {
  Scene w;
  auto& spec = w.declare("api");
  spec.ready = tcp_ready(60s);
  spec.restart.backoff.initial = 5s;
  w.life("api").ready_after.reset();
  w.life("api").runs_for = 40s;
  w.up();
  w.advance(41s);
  CHECK(w.state("api") == PublicState::Backoff);
  CHECK(w.status("api").unstable_runs == 1);
}

TEST_CASE("EXTEND_TIMEOUT_USEC gives a slow starter more time, but not for ever") {
  Scene w;
  w.declare("api").ready = tcp_ready(30s);
  w.life("api").ready_after.reset();
  w.up();
  w.advance(25s);
  w.tell("api:0", [](RunId run) { return runtime::MoreTime{run, 60s}; });
  w.advance(55s);
  CHECK(w.state("api") == PublicState::Starting);
  for (int i = 0; i < 200; ++i) {
    w.tell("api:0", [](RunId run) { return runtime::MoreTime{run, 60s}; });
    w.advance(20s);
  }
  CHECK(w.starts("api") > 1);
}

TEST_CASE("with health checks a service is ready once each has passed, and is asked often") {
  Scene w;
  w.declare("api").health = {tcp_check(30s, 3), tcp_check(20s, 3)};
  w.up();
  CHECK(w.state("api") == PublicState::Starting);
  w.advance(2s);
  CHECK(w.is_up("api"));
  CHECK(w.status("api").health == Health::Healthy);
  CHECK(w.is_watched("api:0"));
}

TEST_CASE("failed checks restart, with the cause, a count and a backoff") {
  Scene w;
  auto& spec = w.declare("api");
  spec.health = {tcp_check(5s, 3)};
  spec.restart.backoff.initial = 20s;
  w.life("api").sick_after = 60s;
  w.up();
  w.advance(69s);
  CHECK(w.is_up("api"));
  CHECK(w.status("api").health == Health::Healthy);
  CHECK(w.status("api").checks.at(0).state.failures == 2);
  w.advance(5s);
  CHECK(w.count_events(EventKind::ServiceUnhealthy, "api") == 1);
  CHECK(w.state("api") == PublicState::Backoff);
  CHECK(w.status("api").unstable_runs == 1);
  CHECK(w.status("api").last_exit->cause == "unhealthy");
  CHECK(w.status("api").last_exit->note ==
        "tcp 8000: 3 of 3 failed: connection refused on 127.0.0.1:8000; last good 15 s ago");
  CHECK(w.why("api").headline.find("3 of 3 failed") != std::string::npos);
  CHECK_FALSE(w.is_watched("api:0"));
}

TEST_CASE("what hangs and has to be killed was unhealthy all the same, or not ready in time") {
  Scene w;
  auto& spec = w.declare("api");
  spec.health = {tcp_check(5s, 3)};
  spec.restart.backoff.initial = 20s;
  w.life("api").sick_after = 20s;
  w.life("api").obeys_term.reset();
  auto& slow = w.declare("slow");
  slow.ready = tcp_ready(30s);
  slow.restart.backoff.initial = 20s;
  w.life("slow").ready_after.reset();
  w.life("slow").obeys_term.reset();
  w.up();
  w.advance(50s);
  CHECK(w.did("KILL api:0"));
  CHECK(w.status("api").last_exit->cause == "unhealthy");
  CHECK(w.status("api").last_exit->note.find("3 of 3 failed") != std::string::npos);
  CHECK(w.status("api").unstable_runs == 1);
  CHECK(w.did("KILL slow:0"));
  CHECK(w.status("slow").last_exit->cause == "not ready in time");
}

TEST_CASE(
    "a service that never gets healthy fails at last; one that was well for a while does not") {
  Scene w;
  auto& never = w.declare("never");
  never.health = {tcp_check(5s, 3)};
  never.restart.max_restarts = 3;
  w.life("never").sick_after = 0s;
  auto& now_and_then = w.declare("sometimes");
  now_and_then.health = {tcp_check(5s, 3)};
  now_and_then.restart.max_restarts = 3;
  w.life("sometimes").sick_after = 60s;
  w.up();
  w.advance(1h);
  CHECK(w.state("never") == PublicState::Failed);
  CHECK(w.starts("never") == 4);
  CHECK(w.state("sometimes") != PublicState::Failed);
  CHECK(w.starts("sometimes") > 20);
}

TEST_CASE("action alert only tells, and tells when it is over") {
  Scene w;
  auto check = tcp_check(5s, 2);
  check.action = CheckAction::Alert;
  w.declare("api").health = {check};
  w.up();
  w.advance(10s);
  w.life("api").sick_after = 0s;  // of the next run
  const auto fail = [&w](RunId run) {
    return runtime::ProbeResult{run,
                                0,
                                {.verdict = policy::CheckVerdict::Failed,
                                 .at = w.now().mono,
                                 .message = "connection reset"}};
  };
  w.tell("api:0", fail);
  w.tell("api:0", fail);
  CHECK(w.status("api").health == Health::Unhealthy);
  CHECK(w.is_up("api"));
  CHECK(w.status("api").reason.find("unhealthy: tcp 8000: 2 of 2 failed: connection reset") !=
        std::string::npos);
  w.advance(6s);
  CHECK(w.status("api").health == Health::Healthy);
  CHECK(w.count_events(EventKind::ServiceUnhealthy, "api") == 1);
  CHECK(w.count_events(EventKind::ServiceHealthy, "api") == 1);
  CHECK(w.starts("api") == 1);
}

TEST_CASE("unknown is neither good nor bad") {
  Scene w;
  w.declare("api").health = {tcp_check(5s, 1)};
  w.up();
  w.advance(10s);
  w.tell("api:0", [](RunId run) {
    return runtime::ProbeResult{run, 0, {.message = "the gateway has died"}};
  });
  CHECK(w.is_up("api"));
  CHECK(w.status("api").health == Health::Unknown);
  w.advance(6s);
  CHECK(w.status("api").health == Health::Healthy);
  CHECK(w.count_events(EventKind::ServiceHealthy, "api") == 0);
}

TEST_CASE("failures within start_period do not count") {
  Scene w;
  auto check = tcp_check(5s, 1);
  check.start_period = 30s;
  auto& spec = w.declare("api");
  spec.health = {check};
  spec.restart.backoff.initial = 20s;
  w.life("api").sick_after = 0s;
  w.up();
  w.advance(29s);
  CHECK(w.state("api") == PublicState::Starting);
  w.advance(6s);
  CHECK(w.state("api") == PublicState::Backoff);
}

TEST_CASE("who waits for health is not kept waiting for a whole interval after readiness") {
  Scene w;
  w.declare("api").depends_on = {{"db", DependencyCondition::Healthy}};
  auto& db = w.declare("db");
  db.ready = tcp_ready(60s);
  db.health = {tcp_check(30min, 3)};
  w.life("db").ready_after = 5s;
  w.up();
  w.advance(8s);
  CHECK(w.is_up("api"));
}

TEST_CASE("healthy waits for health, started does not") {
  Scene w;
  w.declare("eager").depends_on = {{"db", DependencyCondition::Started}};
  w.declare("careful").depends_on = {{"db", DependencyCondition::Healthy}};
  auto& db = w.declare("db");
  db.ready = tcp_ready(60s);
  db.health = {tcp_check(10s, 3)};
  w.life("db").ready_after = 5s;
  w.life("db").sick_after = 0s;
  w.up();
  w.advance(7s);
  CHECK(w.is_up("eager"));
  CHECK(w.state("careful") == PublicState::Waiting);
  CHECK(w.status("careful").reason == "waits for db, whose health is unknown");
  CHECK(w.why("careful").next == "start when db, whose health is unknown, is up");
  w.tell("db:0", [&w](RunId run) {
    return runtime::ProbeResult{
        run, 0, {.verdict = policy::CheckVerdict::Passed, .at = w.now().mono}};
  });
  w.advance(1s);
  CHECK(w.is_up("careful"));
}

TEST_CASE("dependants wait through a restart of what they need and spend no budget on it") {
  Scene w;
  auto& api = w.declare("api");
  api.depends_on = {{"db", DependencyCondition::Healthy}};
  api.restart.max_restarts = 1;
  auto& db = w.declare("db");
  db.ready = tcp_ready(60s);
  w.life("db").ready_after = 5s;
  w.up();
  w.advance(20s);
  REQUIRE(w.is_up("api"));
  for (int i = 0; i < 5; ++i) {
    w.die("db:0", code(1));
    w.advance(1s);
    w.die("api:0", code(1));  // it cannot do without
    CHECK(w.state("api") == PublicState::Waiting);
    CHECK(w.status("api").unstable_runs == 0);
    CHECK(w.why("api").headline.find("waits for db") != std::string::npos);
    w.advance(30s);
    CHECK(w.is_up("api"));
    CHECK(w.status("api").unstable_runs == 0);
  }
}

TEST_CASE("a start that waits for something unhealthy says so at once") {
  Scene w;
  auto check = tcp_check(5s, 1);
  check.action = CheckAction::Alert;
  w.declare("db").health = {check};
  auto& api = w.declare("api");
  api.autostart = false;
  api.depends_on = {{"db", DependencyCondition::Healthy}};
  w.life("db").sick_after = 10s;
  w.up();
  w.advance(20s);
  const auto asked = w.request(runtime::Verb::Start, "api");
  w.advance(1s);
  const auto outcomes = w.controller().take_finished(asked);
  REQUIRE(outcomes);
  CHECK_FALSE(outcomes->at(0).ok);
  CHECK(outcomes->at(0).message == "waits for db, which is unhealthy");
}

TEST_CASE("limits.memory restarts with its cause; killed by the kernel it is said as well") {
  Scene w;
  auto& spec = w.declare("api");
  spec.limits.memory = Bytes{1 << 20};
  w.up();
  w.advance(1s);
  w.tell("api:0", [](RunId run) {
    return runtime::MemoryExceeded{.run = run, .used_bytes = 2 << 20, .limit_bytes = 1 << 20};
  });
  w.advance(100ms);
  CHECK(w.status("api").last_exit->cause == "memory limit");
  CHECK(w.status("api").last_exit->note == "used 2 MB of limits.memory 1 MB");
  CHECK(w.status("api").unstable_runs == 1);
  w.advance(10s);
  w.tell("api:0", [](RunId run) {
    return runtime::MemoryExceeded{.run = run, .limit_bytes = 1 << 20, .killed = true};
  });
  w.die("api:0", {runtime::ExitStatus::Kind::Signal, 9, false});
  CHECK(w.status("api").last_exit->cause == "memory limit");
  CHECK(w.status("api").last_exit->note == "killed by the kernel at limits.memory 1 MB");
  CHECK(w.count_events(EventKind::MemoryExceeded, "api") == 2);
}

TEST_CASE("a new controller knows what the checks had found") {
  Scene w;
  auto& spec = w.declare("api");
  spec.health = {tcp_check(5s, 3)};
  spec.restart.backoff.initial = 20s;
  w.life("api").sick_after = 60s;
  w.up();
  w.advance(69s);
  const auto before = w.status("api");
  CHECK(before.checks.at(0).state.failures == 2);
  w.kill_controller();
  w.take_over();
  w.settle();
  const auto after = w.status("api");
  CHECK(after.checks.at(0).state == before.checks.at(0).state);
  CHECK(after.health == before.health);
  CHECK(w.is_watched("api:0"));
  w.advance(6s);
  CHECK(w.state("api") == PublicState::Backoff);
  CHECK(w.starts("api") == 1);
}

TEST_CASE("a run that was getting ready goes on doing so under a new controller") {
  Scene w;
  w.declare("api").ready = tcp_ready(30s);
  w.life("api").ready_after = 20s;
  w.up();
  w.advance(10s);
  w.kill_controller();
  w.advance(1s);
  w.take_over();
  w.advance(10s);
  CHECK(w.is_up("api"));
  CHECK(w.starts("api") == 1);
}

TEST_CASE("what the service says of itself is shown") {
  Scene w;
  w.declare("api").ready = tcp_ready(30s);
  w.up();
  w.advance(1s);
  w.tell("api:0", [](RunId run) { return runtime::SaidStatus{run, "serving 12 clients"}; });
  CHECK(w.status("api").said == "serving 12 clients");
  CHECK(w.status("api").reason.find("it says: serving 12 clients") != std::string::npos);
}
