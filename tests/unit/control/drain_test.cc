// Drain mode at the control socket: said by what is read, and what would change something is
// refused.
#include <doctest/doctest.h>

#include <string>

#include "control/method.h"
#include "unit/control/rig.h"

namespace mainstay::test {
namespace {

struct Draining : Rig {
  Draining()
      : Rig([](sim::World& w) { w.declare("backend"); }, default_options(),
            control::DrainFact{5, WallTime{}, WallTime{} + std::chrono::minutes{1}}) {}
};

TEST_CASE("every method that changes something is refused but the upgrade") {
  Draining rig;
  Peer peer(rig);
  int refused = 0;
  for (const control::Method& method : control::methods()) {
    if (!method.changes() || method.name == "supervisor.upgrade") continue;
    const Json error = peer.ask(method.name)["error"];
    CHECK(error["data"]["code"] == "draining");
    const auto message = error["message"].get<std::string>();
    CHECK(message.starts_with(std::string{method.name} + " is refused: drain mode since "));
    CHECK(message.find("crashed 5 times in a row") != std::string::npos);
    CHECK(message.find("ctl upgrade") != std::string::npos);
    ++refused;
  }
  CHECK(refused >= 10);
  CHECK(peer.ask("supervisor.upgrade")["result"]["to"] == "0.2.0");
  CHECK(rig.upgrades.size() == 1);
  CHECK(rig.world.starts("backend") == 1);
}

TEST_CASE("what is read says that the supervisor drains") {
  Draining rig;
  Peer peer(rig);
  for (const char* method : {"supervisor.info", "services.list"}) {
    const Json drain = peer.ask(method)["result"]["drain"];
    CHECK(drain["crashes"] == 5);
    CHECK(drain["since"].is_string());
    CHECK(drain["tries_again_at"].is_string());
    CHECK(drain["message"].get<std::string>().starts_with("drain mode since "));
  }
  const Json why = peer.ask("services.why", {{"name", "backend"}})["result"];
  CHECK(why["notes"][0].get<std::string>().starts_with("drain mode since "));
}

TEST_CASE("otherwise there is no word of it") {
  Rig rig([](sim::World& world) { world.declare("backend"); });
  Peer peer(rig);
  CHECK(peer.ask("supervisor.info")["result"]["drain"].is_null());
  CHECK(peer.ask("services.list")["result"]["drain"].is_null());
  CHECK(peer.ask("services.why", {{"name", "backend"}})["result"]["notes"].empty());
}

}  // namespace
}  // namespace mainstay::test
