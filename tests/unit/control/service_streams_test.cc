// services.follow: everything first, then what changes.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include "unit/control/rig.h"

namespace mainstay::test {
namespace {

using namespace std::chrono_literals;

std::set<std::string> names_in(const Json& item) {
  std::set<std::string> names;
  for (const auto& service : item["services"])
    names.insert(service["name"].get<std::string>());
  return names;
}

using Names = std::set<std::string>;

// Follows everything, and has read the first two items: the snapshot, and the numbers that were
// fetched for it.
int follow_all(Rig& rig, Peer& peer) {
  const int id = peer.request("services.follow");
  CHECK(peer.item_of(id)["snapshot"] == true);
  rig.world.advance(200ms);
  while (peer.next_if_any())
    continue;
  return id;
}

TEST_CASE("the first item is everything") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  rig.usage.machine.memory_total_bytes = 1000;
  rig.usage.machine.memory_used_bytes = 400;
  Peer peer(rig);
  const Json first = peer.item_of(peer.request("services.follow"));
  CHECK(first["snapshot"] == true);
  CHECK(names_in(first) == Names{"backend", "worker:0", "worker:1", "report"});
  CHECK(first["services"][0]["state"] == "running");
  CHECK(first["removed"].empty());
  CHECK(first["host"]["memory_used_bytes"] == 400);
  CHECK(first["host"]["memory_bytes"] == 1000);
  CHECK(first.contains("at"));
}

TEST_CASE("what changes follows, and nothing else") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer peer(rig);
  const int id = follow_all(rig, peer);
  CHECK_FALSE(peer.next_if_any());
  Peer other(rig);
  other.ask("services.start", {{"targets", "report"}, {"wait", false}});
  const Json item = peer.item_of(id);
  CHECK_FALSE(item.contains("snapshot"));
  CHECK(names_in(item) == Names{"report"});
}

TEST_CASE("changes of one moment come in one item") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer peer(rig);
  const int id = follow_all(rig, peer);
  Peer other(rig);
  other.ask("services.stop", {{"targets", "all"}, {"wait", false}});
  Names seen;
  int items = 0;
  while (!(seen.contains("backend") && seen.contains("worker:0") && seen.contains("worker:1"))) {
    REQUIRE(++items <= 3);
    seen.merge(names_in(peer.item_of(id)));
    rig.world.advance(200ms);
  }
}

TEST_CASE("numbers that changed follow each look at them, and the machine's always") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer peer(rig);
  const int id = follow_all(rig, peer);
  const auto backend = rig.world.controller().instances().front();
  rig.usage.of[backend].memory_bytes = 4096;
  rig.world.advance(1s);
  rig.server->usage_sampled();
  const Json item = peer.item_of(id);
  CHECK(names_in(item) == Names{"backend"});
  CHECK(item["services"][0]["memory_bytes"] == 4096);
  CHECK(item.contains("host"));
  rig.world.advance(1s);
  rig.server->usage_sampled();
  const Json next = peer.item_of(id);
  CHECK(next["services"].empty());
  CHECK(next.contains("host"));
}

TEST_CASE("instances that go are named, and so is one that is called differently") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer peer(rig);
  const int id = follow_all(rig, peer);
  Peer other(rig);
  other.ask("services.scale", {{"name", "worker"}, {"instances", 1}, {"wait", false}});
  Names removed;
  Names seen;
  for (int i = 0; i < 20 && !seen.contains("worker"); ++i) {
    rig.world.advance(1s);
    rig.turn();
    while (const auto message = peer.next_if_any()) {
      const Json& item = (*message)["params"]["item"];
      for (const auto& name : item["removed"])
        removed.insert(name.get<std::string>());
      seen.merge(names_in(item));
    }
  }
  static_cast<void>(id);
  CHECK(seen.contains("worker"));
  CHECK(removed == Names{"worker:0", "worker:1"});
}

TEST_CASE("a follower gets what it asked for") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer peer(rig);
  const int id = peer.request("services.follow", {{"targets", {"worker"}}});
  CHECK(names_in(peer.item_of(id)) == Names{"worker:0", "worker:1"});
  const Json bad = peer.ask("services.follow", {{"targets", {"wroker"}}});
  CHECK(bad["error"]["data"]["code"] == "no_such_service");
}

}  // namespace
}  // namespace mainstay::test
