// Events over the death of a controller: numbers without gaps or repeats.
#include "sim/scenario.h"

using namespace mainstay;
using namespace mainstay::sim;

TEST_CASE("events go on with the next number, and the takeover is one of them") {
  Scene w;
  w.declare("a");
  w.up();
  w.advance(1s);
  const auto before = w.controller().events_since(0, 10);
  REQUIRE(before.size() == 2);
  w.die_and_take_over();
  const auto events = w.controller().events_since(0, 10);
  REQUIRE(events.size() == 3);
  CHECK(events[1].data == before[1].data);
  CHECK(events[2].id == 3);
  CHECK(events[2].kind == EventKind::SupervisorRestarted);
  CHECK(w.why("a").before.size() == 1);
}

TEST_CASE("at whichever deed the controller dies, events are told once and without a gap") {
  for (std::uint64_t effects = 0; effects < 40; ++effects) {
    Scene w;
    w.crasher("a", 100ms);
    w.declare("b");
    w.up();
    for (int deaths = 0; deaths < 5; ++deaths) {
      w.kill_controller_after(effects);
      w.advance(700ms);
      if (!w.controller_is_dead()) w.kill_controller();
      w.take_over();
      w.settle();
    }
    w.advance(1s);
    std::uint64_t next = 1;
    for (const auto& event : w.told)
      REQUIRE(event.id == next++);
    CHECK(w.controller().next_event_id() == next);
  }
}

TEST_CASE("what was numbered and not told yet is told by the next controller") {
  Scene w;
  w.declare("a");
  w.up();
  w.advance(1s);
  const auto told = w.told.size();
  w.controller().note(EventKind::Action, std::nullopt, {{"verb", "test"}});
  w.controller().settle(w.now());
  REQUIRE(w.told.size() == told);
  w.kill_controller();
  w.take_over();
  w.settle();
  REQUIRE(w.told.size() == told + 2);
  CHECK(w.told[told].data.at("verb") == "test");
  CHECK(w.told[told + 1].kind == EventKind::SupervisorRestarted);
}

TEST_CASE("a clock that is set back does not set back the numbers of events") {
  Scene w;
  w.crasher("a", 100ms);
  w.up();
  for (int i = 0; i < 5; ++i) {
    w.jump_wall_clock(-1h);
    w.advance(700ms);
    w.die_and_take_over();
  }
  w.jump_wall_clock(10h);
  w.advance(1s);
  std::uint64_t next = 1;
  for (const auto& event : w.told)
    REQUIRE(event.id == next++);
  CHECK(next > 15);
}

TEST_CASE("a new supervisor numbers its events after those of the history") {
  Scene w;
  w.declare("a");
  w.up();
  w.advance(1s);
  w.start_over();
  w.controller().number_events_from(812);
  w.settle();
  const auto events = w.controller().events_since(0, 10);
  REQUIRE_FALSE(events.empty());
  CHECK(events.front().id == 812);
  CHECK(w.controller().first_event_id() == 812);
}
