// Events that memory no longer has come from the history: listed, followed, and reckoned with.
#include <doctest/doctest.h>

#include "unit/control/rig.h"

using namespace mainstay;
using namespace mainstay::test;
using namespace std::chrono_literals;

namespace {

// A service of which many events are older than memory reaches.
struct Long {
  Rig rig;
  Peer peer;

  Long() : rig(declare), peer(rig) {
    auto& world = rig.world;
    world.kept_events.set_capacity(20);
    world.on_told = [this](const runtime::Event& event) { rig.history->on_event(event); };
    for (const auto& event : world.controller().events_since(0, 1000))
      rig.history->on_event(event);
    for (int i = 0; i < 100 && next() < 600; ++i)
      world.advance(1min);
    REQUIRE(next() >= 600);
    REQUIRE(world.controller().first_event_id() > 500);
  }

  static void declare(sim::World& world) {
    declare_crashing(world);
    auto& restart = world.declare("other").restart;
    restart.max_restarts.reset();
    restart.backoff = {100ms, 1, 100ms, 0};
    world.life("other") = world.life("backend");
  }

  Json list(const Json& params) {
    const Json answer = peer.ask("events.list", params);
    REQUIRE_MESSAGE(answer.contains("result"), dump_json(answer));
    return answer["result"];
  }
  std::uint64_t next() { return rig.world.controller().next_event_id(); }
};

// Strictly rising without a gap.
void check_in_row(const Json& events, std::uint64_t first) {
  for (const auto& event : events)
    REQUIRE(event["id"] == first++);
}

}  // namespace

TEST_CASE("events are listed from a number on, page by page, from the history and from memory") {
  Long it;
  std::uint64_t next = 1;
  while (next < it.next()) {
    const Json page = it.list({{"from", next}, {"limit", 400}});
    REQUIRE_FALSE(page["events"].empty());
    check_in_row(page["events"], next);
    next = page["next"].get<std::uint64_t>();
  }
  CHECK(next == it.next());
}

TEST_CASE("the latest are as many as asked for, though memory has fewer") {
  Long it;
  const Json page = it.list({{"limit", 100}});
  REQUIRE(page["events"].size() == 100);
  check_in_row(page["events"], it.next() - 100);
  const Json before = it.list({{"limit", 10}, {"before", 51}});
  check_in_row(before["events"], 41);
  CHECK(before["events"].size() == 10);
}

TEST_CASE("times and targets narrow down what the history gives") {
  Long it;
  const Json some = it.list({{"from", 100}, {"limit", 50}});
  const std::string since = some["events"][10]["at"];
  const Json later = it.list({{"from", 0}, {"since", since}, {"limit", 1}});
  CHECK(later["events"][0]["at"].get<std::string>() >= since);
  CHECK(later["events"][0]["id"].get<int>() <= some["events"][10]["id"].get<int>());
  const Json of_one = it.list({{"from", 0}, {"targets", "other"}, {"limit", 5}});
  REQUIRE(of_one["events"].size() == 5);
  CHECK(of_one["events"][0]["service"] == "other");
  CHECK(it.list({{"from", 0}, {"until", "2001-01-01T00:00:00Z"}})["events"].empty());
  CHECK(it.peer.ask("events.list", {{"since", "tomorrow"}}).contains("error"));
}

TEST_CASE("a follower from an old number gets each once, and then what comes") {
  Long it;
  const int id = it.peer.request("events.follow", {{"from", 1}});
  std::uint64_t next = 1;
  const auto take = [&] {
    const Json item = it.peer.item_of(id);
    for (const auto& event : item["events"])
      REQUIRE(event["id"] == next++);
  };
  while (next < it.next())
    take();
  it.rig.world.advance(10min);
  while (next < it.next())
    take();
  CHECK(next == it.next());
}

TEST_CASE("availability is reckoned from all of it") {
  Long it;
  const Json answer = it.peer.ask("history.availability", {{"since", "1990-01-01T00:00:00Z"}});
  REQUIRE_MESSAGE(answer.contains("result"), dump_json(answer));
  const Json& services = answer["result"]["services"];
  REQUIRE(services.size() == 2);
  const Json& other = services[1];
  CHECK(other["service"] == "other");
  CHECK(other["uptime_percent"].get<double>() > 50);  // 200 ms up, 100 ms down
  CHECK(other["uptime_percent"].get<double>() < 75);
  CHECK(other["restarts"]["exited"].get<int>() > 100);
  CHECK(other["failures"].get<int>() > 100);
  CHECK_FALSE(other.contains("days"));
}
