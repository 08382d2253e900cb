// Drain mode: controllers crash again and again, and one that decides nothing takes over.
#include "mainstay/events.h"
#include "sim/scenario.h"

using namespace mainstay;
using namespace mainstay::sim;

namespace {

void die_and_watch(Scene& w) {
  w.kill_controller();
  w.take_over_to_watch();
  w.settle();
}

}  // namespace

TEST_CASE("who only watches starts, stops and records nothing, whatever happens") {
  Scene w;
  w.declare("steady");
  w.crasher("crasher", 300ms);
  w.crasher("waiting", 1ms).restart.backoff = {10s, 1, 10s, 0};
  w.declare("stopping");
  w.life("stopping").obeys_term.reset();
  w.up();
  w.advance(100ms);
  w.stop("stopping");
  w.advance(50ms);
  REQUIRE(w.state("waiting") == PublicState::Backoff);
  REQUIRE(w.state("stopping") == PublicState::Stopping);
  die_and_watch(w);
  w.deeds.clear();
  const auto records = w.records();
  w.advance(1h);
  w.stop("steady");
  w.start("waiting");
  w.controller().shutdown(0, "asked to");
  w.advance(1h);
  CHECK(w.deeds.empty());
  CHECK(w.records() == records);
  CHECK(w.is_up("steady"));
  CHECK_FALSE(w.controller().finished());
  CHECK_FALSE(w.controller().next_deadline());
  CHECK_FALSE(w.status("waiting").next_start_in);
  CHECK_FALSE(w.status("stopping").kill_in);
  CHECK(w.why("waiting").next == "nothing, until the supervisor has left drain mode");
}

TEST_CASE("an end that was only watched is shown, and applied once by the next controller") {
  Scene w;
  w.declare("a");
  w.up();
  w.advance(1s);
  die_and_watch(w);
  w.die("a:0", code(9));
  CHECK(w.state("a") == PublicState::Exited);
  CHECK(w.status("a").pid == 0);
  CHECK(w.status("a").restarts == 0);
  REQUIRE(w.status("a").last_exit);
  CHECK(w.status("a").last_exit->status == code(9));
  CHECK(w.status("a").reason == "ended with code 9; what follows is decided after drain mode");
  w.advance(1h);
  CHECK(w.starts("a") == 1);
  w.die_and_take_over();
  w.advance(2s);
  CHECK(w.is_up("a"));
  CHECK(w.status("a").restarts == 1);
  CHECK(w.starts("a") == 2);
}

TEST_CASE("what others note is told while it only watches, and its number is not given again") {
  Scene w;
  w.declare("a");
  w.up();
  w.advance(1s);
  die_and_watch(w);
  w.controller().note(EventKind::LogDropped, w.id("a"), {});
  w.settle();
  CHECK(w.count_events(EventKind::LogDropped, "a") == 1);
  const auto next = w.controller().next_event_id();
  w.kill_controller();
  w.take_over();
  CHECK(w.controller().next_event_id() > next);
}

// READY=1 is said once.
TEST_CASE("a run that says it is ready while nobody decides is ready for the next controller") {
  Scene w;
  w.declare("api").ready = {.probe = model::NotifyProbe{}, .timeout = 30s};
  w.life("api").ready_after = 20s;
  w.declare("user").depends_on = {{"api", model::DependencyCondition::Started}};
  w.up();
  w.advance(10s);
  die_and_watch(w);
  w.advance(15s);
  CHECK(w.is_up("api"));
  CHECK(w.count_events(EventKind::ServiceReady, "api") == 1);
  CHECK(w.starts("user") == 0);
  w.life("api").ready_after.reset();
  w.kill_controller();
  w.advance(1h);
  w.take_over();
  w.advance(1min);
  CHECK(w.is_up("api"));
  CHECK(w.starts("api") == 1);
  CHECK(w.is_up("user"));
  CHECK(w.count_events(EventKind::ServiceReady, "api") == 1);
}

// Neither is EXTEND_TIMEOUT_USEC or STATUS said again.
TEST_CASE("more time and words of a service reach the controller after the drain") {
  Scene w;
  w.declare("api").ready = {.probe = model::NotifyProbe{}, .timeout = 30s};
  w.life("api").ready_after.reset();
  w.declare("stopping");
  w.life("stopping").obeys_term.reset();
  w.up();
  w.advance(10s);
  w.stop("stopping");
  w.tell("api:0", [](RunId run) { return runtime::SaidStatus{run, "reading its tables"}; });
  die_and_watch(w);
  CHECK(w.status("api").said == "reading its tables");
  w.tell("api:0", [](RunId run) { return runtime::MoreTime{run, 10min}; });
  w.tell("api:0", [](RunId run) { return runtime::SaidStatus{run, "half way"}; });
  w.tell("stopping:0", [](RunId run) { return runtime::MoreTime{run, 10min}; });
  CHECK(w.status("api").said == "half way");
  w.advance(5min);
  w.die_and_take_over();
  w.advance(1min);
  CHECK(w.state("api") == PublicState::Starting);
  CHECK(w.starts("api") == 1);
  CHECK(w.status("api").said == "half way");
  CHECK(w.state("stopping") == PublicState::Stopping);
  w.advance(241s);
  REQUIRE(w.status("api").last_exit);
  CHECK(w.status("api").last_exit->note.starts_with("not ready within 10m 10s: "));
}
