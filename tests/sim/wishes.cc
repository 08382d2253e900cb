// What people have decided lasts: over the death of a controller and over the supervisor's own end.
#include "sim/scenario.h"

using namespace mainstay;
using namespace mainstay::sim;

TEST_CASE("what was stopped by hand stays stopped in the next supervisor, the rest comes up") {
  Scene w;
  w.declare("a");
  w.declare("b");
  w.up();
  w.advance(1s);
  w.stop("a");
  w.advance(1s);
  CHECK(w.status("a").held_down);
  w.start_over();
  w.advance(1s);
  CHECK(w.state("a") == PublicState::Stopped);
  CHECK(w.status("a").held_down);
  CHECK(w.status("a").reason.find("stopped on request") == 0);
  CHECK(w.is_up("b"));
}

TEST_CASE("a start ends what a stop by hand began") {
  Scene w;
  w.declare("a");
  w.up();
  w.stop("a");
  w.advance(1s);
  w.request(Verb::Start, "a");
  w.advance(1s);
  CHECK_FALSE(w.status("a").held_down);
  w.start_over();
  w.advance(1s);
  CHECK(w.is_up("a"));
}

TEST_CASE("enable ends what a stop by hand began, from the next supervisor on") {
  Scene w;
  w.declare("a");
  w.up();
  w.stop("a");
  w.advance(1s);
  const auto request = w.request(Verb::Enable, "a");
  w.advance(1s);
  CHECK(w.outcome(request).ok);
  CHECK(w.state("a") == PublicState::Stopped);
  w.start_over();
  w.advance(1s);
  CHECK(w.is_up("a"));
}

TEST_CASE("disable and enable decide instead of autostart, and start or stop nothing") {
  Scene w;
  w.declare("on");
  w.declare("off").autostart = false;
  w.up();
  w.advance(1s);
  w.request(Verb::Disable, "on");
  w.request(Verb::Enable, "off");
  w.advance(1s);
  CHECK(w.is_up("on"));
  CHECK_FALSE(w.status("on").enabled);
  CHECK(w.state("off") == PublicState::Stopped);
  CHECK(w.status("off").enabled);
  SUBCASE("over the death of a controller") {
    w.kill_controller();
    w.take_over();
    w.settle();
    CHECK(w.is_up("on"));
    CHECK_FALSE(w.status("on").enabled);
  }
  SUBCASE("over the end of the supervisor") {
    w.start_over();
    w.advance(1s);
    CHECK(w.state("on") == PublicState::Stopped);
    CHECK(w.status("on").reason == "disabled; not started by itself");
    CHECK(w.is_up("off"));
  }
}

TEST_CASE("what is disabled is started when something that needs it is") {
  Scene w;
  w.declare("db");
  w.declare("web").depends_on = {{"db", model::DependencyCondition::Started}};
  w.up();
  w.request(Verb::Disable, "db");
  w.advance(1s);
  w.start_over();
  w.advance(1s);
  CHECK(w.is_up("db"));
  CHECK(w.is_up("web"));
}

TEST_CASE("neither counts nor a shutdown in progress are carried into the next supervisor") {
  Scene w;
  w.crasher("a", 1ms);
  w.up();
  w.advance(5s);
  REQUIRE(w.status("a").restarts > 0);
  const auto run = w.status("a").run;
  const auto event = w.controller().next_event_id();
  w.controller().shutdown(0, "asked to");
  w.settle();
  w.start_over();
  CHECK_FALSE(w.controller().shutting_down());
  w.settle();
  CHECK(w.status("a").restarts == 0);
  CHECK(w.status("a").run > run);  // run numbers are in cookies: never used again
  CHECK(w.controller().next_event_id() > event);
}

TEST_CASE("a run that began after the last record was saved is taken over all the same") {
  Scene w;
  w.declare("a");
  w.up();
  w.advance(1min);
  const std::map<std::uint32_t, std::string> saved = w.records();
  w.request(Verb::Restart, "a");
  w.advance(1s);
  const int pid = w.status("a").pid;
  w.kill_controller();
  w.records() = saved;
  w.deeds.clear();
  w.take_over();
  w.settle();
  CHECK(w.is_up("a"));
  CHECK(w.status("a").pid == pid);
  CHECK(w.deeds.empty());
}
