// Who waits for whom, who follows whom, and who takes everything along.
#include "sim/scenario.h"

using namespace mainstay;
using namespace mainstay::sim;
using model::DependencyCondition;

TEST_CASE("services start in waves: each after what it needs is up") {
  Scene w;
  w.declare("web").depends_on = {{"api", DependencyCondition::Started}};
  w.declare("api").depends_on = {{"db", DependencyCondition::Healthy}};
  w.declare("db");
  w.up();
  CHECK(w.state("web") == PublicState::Waiting);
  CHECK(w.status("web").reason == "waits for api, which waits itself");
  w.advance(1s);
  CHECK(w.deeds == std::vector<std::string>{"start db:0", "start api:0", "start web:0"});
}

TEST_CASE("completed waits for the end of a job, with a success code") {
  Scene w;
  w.declare("api").depends_on = {{"migrate", DependencyCondition::Completed}};
  w.crasher("migrate", 5s, code(0)).restart.policy = model::RestartWhen::OnFailure;
  w.up();
  w.advance(4s);
  CHECK(w.status("api").reason == "waits for the end of migrate, which is running");
  w.advance(2s);
  CHECK(w.is_up("api"));
}

TEST_CASE("started is also met by a job that has already ended with success") {
  Scene w;
  w.declare("api").depends_on = {{"migrate", DependencyCondition::Started},
                                 {"db", DependencyCondition::Started}};
  w.crasher("migrate", 1s, code(0)).restart.policy = model::RestartWhen::OnFailure;
  w.declare("db").depends_on = {{"slow", DependencyCondition::Completed}};
  w.crasher("slow", 5s, code(0)).restart.policy = model::RestartWhen::OnFailure;
  w.up();
  w.advance(6s);
  CHECK(w.is_up("api"));
}

TEST_CASE(
    "a dependency that failed for good leaves its dependant waiting, and the reason names it") {
  Scene w;
  w.declare("api").depends_on = {{"db", DependencyCondition::Started}};
  w.declare("db").restart.max_restarts = 0;
  w.life("db").start_failure = {runtime::StartFailureKind::Program, "run", 2, "cannot run db"};
  w.up();
  w.advance(1h);
  CHECK(w.state("api") == PublicState::Waiting);
  CHECK(w.status("api").reason == "waits for db, which has failed");
  CHECK(w.starts("api") == 0);
  w.life("db").start_failure.reset();
  w.start("db");
  w.advance(1s);
  CHECK(w.is_up("api"));
}

TEST_CASE("starting a service starts what it needs, also what was stopped by hand") {
  Scene w;
  w.declare("api").depends_on = {{"db", DependencyCondition::Started}};
  w.declare("db").autostart = false;
  w.declare("other").autostart = false;
  w.up();
  w.advance(1s);
  CHECK(w.is_up("db"));  // taken along by autostart
  w.stop("api");
  w.stop("db");
  w.advance(1s);
  w.start("api");
  w.advance(1s);
  CHECK(w.is_up("db"));
  CHECK(w.is_up("api"));
  CHECK(w.starts("other") == 0);
}

TEST_CASE("stopping a service stops only it: what needs it goes on") {
  Scene w;
  w.declare("api").depends_on = {{"db", DependencyCondition::Started}};
  w.declare("db");
  w.up();
  w.advance(1s);
  w.stop("db");
  w.advance(1min);
  CHECK(w.state("db") == PublicState::Stopped);
  CHECK(w.is_up("api"));
  CHECK(w.starts("api") == 1);
}

TEST_CASE("what was stopped by hand stays so, whatever becomes of those it needs or that need it") {
  Scene w;
  auto& api = w.declare("api");
  api.depends_on = {{"db", DependencyCondition::Healthy}};
  api.restart_with = {"db"};
  w.declare("db");
  w.up();
  w.advance(1min);
  SUBCASE("the dependant") {
    w.stop("api");
    w.advance(1min);
    w.die("db:0", code(1));
    w.advance(1min);
    w.restart("db");
    w.advance(1h);
    CHECK(w.is_up("db"));
    CHECK(w.state("api") == PublicState::Stopped);
    CHECK(w.starts("api") == 1);
  }
  SUBCASE("the dependency") {
    w.stop("db");
    w.advance(1min);
    w.die("api:0", code(1));
    w.advance(1h);
    CHECK(w.state("db") == PublicState::Stopped);
    CHECK(w.state("api") == PublicState::Waiting);
    CHECK(w.status("api").unstable_runs == 0);
    w.start("db");
    w.advance(1min);
    CHECK(w.is_up("api"));
  }
}

// The connections of a killed program are closed before anybody hears of its end.
TEST_CASE("what ended just before that on which it depends is not blamed for it") {
  Scene w;
  w.declare("api").depends_on = {{"db", DependencyCondition::Started}};
  w.declare("db").restart.min_uptime = 1s;
  w.up();
  w.advance(5s);
  w.die("api:0", code(1));
  w.advance(20ms);
  CHECK(w.state("api") == PublicState::Backoff);
  SUBCASE("it waits, and comes back with it") {
    w.die("db:0", signal(9));
    w.advance(1s);
    CHECK(w.is_up("db"));
    CHECK(w.is_up("api"));
    CHECK(w.status("api").unstable_runs == 0);
  }
  SUBCASE("a dependency that somebody stops is no reason for an earlier end") {
    w.stop("db");
    w.advance(100ms);
    CHECK(w.status("api").unstable_runs == 1);
  }
  SUBCASE("nor is one that ends much later") {
    w.advance(600ms);
    w.die("db:0", code(1));
    w.advance(1s);
    CHECK(w.status("api").unstable_runs == 1);
  }
}

TEST_CASE("restart_with restarts the follower after the leader was restarted, once, not counted") {
  Scene w;
  w.declare("api").restart_with = {"db"};
  w.declare("db").instances = 2;
  w.up();
  w.advance(1s);
  CHECK(w.starts("api") == 1);  // the first runs of db are no restart
  w.restart("db");
  w.advance(1s);
  CHECK(w.starts("api") == 2);
  CHECK(w.is_up("api"));
  CHECK(w.status("api").unstable_runs == 0);
  w.advance(1h);
  CHECK(w.starts("api") == 2);
}

TEST_CASE("restart_with also follows a crash, and a circle of followers comes to rest") {
  Scene w;
  w.declare("a").restart_with = {"b"};
  w.declare("b").restart_with = {"a"};
  w.up();
  w.advance(1min);
  w.die("a:0", signal(SIGSEGV));
  w.advance(1min);
  CHECK(w.starts("a") + w.starts("b") <= 4);
  w.die("b:0", signal(SIGSEGV));
  w.advance(1h);
  CHECK(w.starts("a") + w.starts("b") <= 6);
  CHECK(w.is_up("a"));
  CHECK(w.is_up("b"));
}

TEST_CASE("an essential service that fails for good shuts everything down with its code") {
  Scene w;
  auto& spec = w.crasher("main", 1ms, code(42));
  spec.essential = true;
  spec.restart.max_restarts = 1;
  w.declare("other");
  w.up();
  w.advance(1min);
  CHECK(w.controller().finished() == 42);
  CHECK(w.live_processes() == 0);
}

TEST_CASE("an essential job that ends with success is no reason to shut down, with failure it is") {
  Scene good;
  auto& job = good.crasher("job", 1s, code(0));
  job.essential = true;
  job.restart.policy = model::RestartWhen::Never;
  good.up();
  good.advance(1h);
  CHECK_FALSE(good.controller().shutting_down());

  Scene bad;
  auto& shot = bad.crasher("job", 1s, signal(SIGKILL));
  shot.essential = true;
  shot.restart.policy = model::RestartWhen::Never;
  bad.up();
  bad.advance(1h);
  CHECK(bad.controller().finished() == 128 + SIGKILL);
}

TEST_CASE("an essential service with retry_after has not failed for good") {
  Scene w;
  auto& spec = w.crasher("a", 1ms);
  spec.essential = true;
  spec.restart.max_restarts = 0;
  spec.restart.retry_after = 1h;
  w.up();
  w.advance(1min);
  CHECK(w.state("a") == PublicState::Failed);
  CHECK_FALSE(w.controller().shutting_down());
}

TEST_CASE("who waits for a start is not held to be blocked by the health of another instance") {
  Scene w;
  model::CheckSpec check;
  check.probe = model::TcpProbe{{"8000"}};
  check.interval = 5s;
  check.failures = 1;
  check.action = model::CheckAction::Alert;
  auto& db = w.declare("db");
  db.instances = 2;
  db.health = {check};
  auto& api = w.declare("api");
  api.autostart = false;
  api.depends_on = {{"db", DependencyCondition::Started}};
  w.up();
  w.advance(7s);
  w.tell("db:0", [&w](RunId run) {
    return runtime::ProbeResult{
        run, 0, {.verdict = policy::CheckVerdict::Failed, .at = w.now().mono}};
  });
  w.restart("db:1");
  w.advance(100ms);
  REQUIRE(w.status("db:0").health == Health::Unhealthy);
  const auto request = w.request(Verb::Start, "api");
  CHECK(w.status("api").reason == "waits for db, which is starting");
  CHECK_FALSE(w.controller().take_finished(request));
  w.advance(2s);
  CHECK(w.is_up("api"));
}
