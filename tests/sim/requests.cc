// What those who wait for a result are told.
#include "mainstay/protocol.h"
#include "sim/scenario.h"

using namespace mainstay;
using namespace mainstay::sim;
using model::DependencyCondition;

TEST_CASE("a start is done when the instance is up, and not before") {
  Scene w;
  w.declare("a").autostart = false;
  w.up();
  const auto request = w.request(Verb::Start, "a");
  CHECK_FALSE(w.controller().take_finished(request));
  w.advance(10ms);
  const auto outcome = w.outcome(request);
  CHECK(outcome.ok);
  CHECK(outcome.state == PublicState::Running);
  CHECK_FALSE(w.controller().take_finished(request));  // told once
}

TEST_CASE("a start that ends in backoff has failed, with the reason") {
  Scene w;
  w.declare("a").autostart = false;
  w.life("a").start_failure = {runtime::StartFailureKind::Program, "run", 2,
                               "cannot run 'pyhton3'"};
  w.up();
  const auto request = w.request(Verb::Start, "a");
  w.advance(10ms);
  const auto outcome = w.outcome(request);
  CHECK_FALSE(outcome.ok);
  CHECK(outcome.state == PublicState::Backoff);
  CHECK(outcome.message.find("cannot run 'pyhton3'") != std::string::npos);
}

TEST_CASE(
    "a start that waits for what has failed is told so at once, through any number of others") {
  Scene w;
  w.declare("web").depends_on = {{"api", DependencyCondition::Started}};
  w.declare("api").depends_on = {{"db", DependencyCondition::Started}};
  w.declare("db").restart.max_restarts = 0;
  w.life("db").start_failure = {runtime::StartFailureKind::Program, "run", 2, "cannot run db"};
  w.up();
  w.advance(1min);
  const auto request = w.request(Verb::Start, "web");
  w.advance(1min);
  const auto outcome = w.outcome(request);
  CHECK_FALSE(outcome.ok);
  CHECK(outcome.state == PublicState::Waiting);
}

TEST_CASE("a job that ends with success was started well, with failure it was not") {
  Scene w;
  auto& spec = w.crasher("job", 1ms, code(0));
  spec.restart.policy = model::RestartWhen::Never;
  spec.autostart = false;
  w.declare("after").autostart = false;
  w.up();
  auto request = w.request(Verb::Start, "job");
  w.advance(1s);
  CHECK(w.outcome(request).ok);
  w.life("job").start_failure = {runtime::StartFailureKind::Program, "run", 2, "cannot run"};
  request = w.request(Verb::Start, "job");
  w.advance(1s);
  CHECK_FALSE(w.outcome(request).ok);
}

TEST_CASE("a stop is done when nothing lives, and a start meanwhile makes it fail") {
  Scene w;
  w.declare("a");
  w.life("a").obeys_term = 5s;
  w.up();
  w.advance(1s);
  const auto stop = w.request(Verb::Stop, "a");
  CHECK_FALSE(w.controller().take_finished(stop));
  const auto start = w.request(Verb::Start, "a");
  CHECK_FALSE(w.outcome(stop).ok);
  w.advance(6s);
  CHECK(w.outcome(start).ok);
}

TEST_CASE("a stop of what cannot be killed is told so after KILL and 10 s") {
  Scene w;
  w.declare("a");
  w.life("a").obeys_term.reset();
  w.life("a").unkillable = true;
  w.up();
  w.advance(1s);
  const auto request = w.request(Verb::Stop, "a");
  w.advance(19s);
  CHECK_FALSE(w.controller().take_finished(request));
  w.advance(2s);
  const auto outcome = w.outcome(request);
  CHECK_FALSE(outcome.ok);
  CHECK(outcome.message.find("unkillable") != std::string::npos);
}

TEST_CASE("a start that waits for what cannot be killed is told so, too") {
  Scene w;
  w.crasher("a", 1s, code(0)).restart.policy = model::RestartWhen::Never;
  w.life("a").leaves_processes = true;
  w.life("a").unkillable = true;
  auto& b = w.declare("b");
  b.depends_on = {{"a", model::DependencyCondition::Started}};
  b.autostart = false;
  w.up();
  w.advance(1min);
  w.request(Verb::Start, "a");
  const auto request = w.request(Verb::Start, "b");
  w.advance(11s);
  CHECK_FALSE(w.outcome(request).ok);
}

TEST_CASE("a restart is done when the new run is up, not while the old one still is") {
  Scene w;
  w.declare("a");
  w.life("a").obeys_term = 1s;
  w.up();
  w.advance(1s);
  const RunId before = w.status("a").run;
  const auto request = w.request(Verb::Restart, "a");
  CHECK_FALSE(w.controller().take_finished(request));
  w.advance(2s);
  CHECK(w.outcome(request).ok);
  CHECK(w.status("a").run > before);
}

TEST_CASE("a forgotten request still happens") {
  Scene w;
  w.declare("a");
  w.up();
  w.advance(1s);
  w.controller().forget(w.request(Verb::Stop, "a"));
  w.advance(1s);
  CHECK(w.state("a") == PublicState::Stopped);
}

TEST_CASE(
    "scaling up adds instances at the end and down takes the last ones away after their stop") {
  Scene w;
  w.declare("a");
  w.declare("b");
  w.up();
  w.advance(1s);
  CHECK(w.status("a").name == "a");
  const auto up = w.controller().scale("a", 3, "root");
  w.advance(10ms);
  const auto added = w.controller().take_finished(up.value());
  REQUIRE(added.has_value());
  CHECK(added->size() == 2);
  CHECK(added->front().ok);
  CHECK(w.status("a:2").name == "a:2");
  CHECK(w.status("a").name == "a:0");
  w.life("a").obeys_term = 1s;
  const auto down = w.controller().scale("a", 1, "root");
  w.settle();
  CHECK_FALSE(w.controller().take_finished(down.value()));
  w.advance(2s);
  const auto gone = w.controller().take_finished(down.value());
  REQUIRE(gone.has_value());
  CHECK(gone->size() == 2);
  CHECK(gone->front().ok);
  CHECK(w.status("a").name == "a");
  CHECK(w.controller().instances().size() == 2);
  CHECK(w.starts("a") == 3);
  CHECK(w.records().size() == 3);  // a:0, b:0 and the controller's own
}

TEST_CASE("scaling up again while instances are on their way out keeps them") {
  Scene w;
  w.declare("a").instances = 2;
  w.life("a").obeys_term = 1s;
  w.up();
  w.advance(1s);
  w.scale("a", 1);
  w.scale("a", 2);
  w.advance(10s);
  CHECK(w.is_up("a:0"));
  CHECK(w.is_up("a:1"));
}

TEST_CASE(
    "a service scaled to nothing keeps its first instance, stopped, and comes back from there") {
  Scene w;
  w.declare("a").instances = 2;
  w.up();
  w.advance(1s);
  w.scale("a", 0);
  w.advance(1s);
  CHECK(w.controller().instances().size() == 1);
  CHECK(w.state("a") == PublicState::Stopped);
  w.scale("a", 2);
  w.advance(1s);
  CHECK(w.is_up("a:0"));
  CHECK(w.is_up("a:1"));
}

TEST_CASE("what was scaled to nothing while it was being started comes back too") {
  Scene w;
  w.declare("a");
  w.up();
  REQUIRE(w.state("a") == PublicState::Starting);
  w.scale("a", 0);
  w.advance(1s);
  CHECK(w.status("a").reason == "stopped because the service was scaled down");
  w.scale("a", 1);
  w.advance(1s);
  CHECK(w.is_up("a"));
}

TEST_CASE("instances added to a stopped service stay stopped") {
  Scene w;
  w.declare("a");
  w.up();
  w.advance(1s);
  w.stop("a");
  w.advance(1s);
  w.scale("a", 3);
  w.advance(1s);
  CHECK(w.starts("a") == 1);
  CHECK(w.state("a:2") == PublicState::Stopped);
}

TEST_CASE("targets are names, instances, globs, tags and all; errors say what was meant") {
  Scene w;
  w.declare("backend").tags = {"web"};
  w.declare("frontend").tags = {"web"};
  w.declare("worker").instances = 3;
  w.up();
  const auto resolve = [&](std::vector<std::string> targets) {
    return w.controller().resolve(targets);
  };
  CHECK(resolve({}).value().size() == 5);
  CHECK(resolve({"all"}).value().size() == 5);
  CHECK(resolve({"@web"}).value().size() == 2);
  CHECK(resolve({"*end"}).value().size() == 2);
  CHECK(resolve({"worker"}).value().size() == 3);
  CHECK(resolve({"worker:1"}).value().size() == 1);
  CHECK(resolve({"worker:[01]", "backend:0", "backend"}).value().size() == 3);
  const auto unknown = resolve({"bakend"});
  REQUIRE_FALSE(unknown.ok());
  CHECK(unknown.error().message == "no service named 'bakend'; did you mean 'backend'?");
  CHECK(unknown.error().code == static_cast<int>(RpcError::NoSuchTarget));
  CHECK(resolve({"@wbe"}).error().message == "no service has the tag 'wbe'; did you mean 'web'?");
  CHECK(resolve({"x*"}).error().message == "no service matches 'x*'");
  CHECK(resolve({"worker:3"}).error().message ==
        "no instance 'worker:3'; worker has 3 instances, numbered from 0");
}

TEST_CASE("a signal goes to the main process of what runs, and is refused for what does not") {
  Scene w;
  w.declare("a");
  w.declare("b").autostart = false;
  w.up();
  w.advance(1s);
  CHECK(w.controller().signal(w.id("a"), SIGHUP).ok());
  w.settle();
  CHECK(w.did("HUP to main of a:0"));
  const auto refused = w.controller().signal(w.id("b"), SIGHUP);
  CHECK_FALSE(refused.ok());
  CHECK(refused.error().code == static_cast<int>(RpcError::NotRunning));
}

TEST_CASE("events are numbered, tell what happened with its numbers, and can be read from any id") {
  Scene w;
  w.crasher("a", 200ms, code(3));
  w.up();
  w.advance(1s);
  const auto events = w.controller().events_since(1, 100);
  REQUIRE(events.size() >= 4);
  for (std::size_t i = 0; i < events.size(); ++i)
    CHECK(events[i].id == i + 1);
  CHECK(events[0].kind == EventKind::SupervisorStarted);
  CHECK(events[1].kind == EventKind::ServiceStarted);
  CHECK(events[1].data.at("pid") == "1000");
  CHECK(events[2].kind == EventKind::ServiceExited);
  CHECK(events[2].data.at("code") == "3");
  CHECK(events[2].data.at("run_ms") == "200");
  CHECK(events[3].kind == EventKind::ServiceBackoff);
  CHECK(events[3].data.at("delay_ms") == "500");
  CHECK(events[3].data.at("attempt") == "1");
  CHECK(w.controller().events_since(3, 1).front().id == 3);
  CHECK(w.controller().next_event_id() == events.back().id + 1);
}
