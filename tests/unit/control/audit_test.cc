// Every request that would change something is an event: who, from where, what, result.
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "unit/control/rig.h"

using namespace mainstay;
using namespace mainstay::test;
using namespace std::chrono_literals;

namespace {

using Data = std::map<std::string, std::string>;

std::vector<runtime::Event> audited(Rig& rig) {
  rig.turn();
  auto events = rig.world.controller().events_since(0, 1000);
  std::erase_if(events, [](const auto& event) { return event.kind != EventKind::Action; });
  return events;
}

std::vector<std::string> results(Rig& rig) {
  std::vector<std::string> results;
  for (const auto& event : audited(rig))
    results.push_back(event.data.at("verb") + ": " + event.data.at("result"));
  return results;
}

using Results = std::vector<std::string>;

}  // namespace

TEST_CASE("a change that is waited for is told when it is asked for, and when it is done") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer peer(rig);
  const int id = peer.request("services.restart", {{"targets", "backend"}});
  rig.turn();
  const auto asked = audited(rig);
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].service == "backend");
  CHECK(asked[0].instance == "backend");
  CHECK(asked[0].data == Data{{"verb", "restart"},
                              {"who", fmt::format("uid {}", geteuid())},
                              {"user", "tester"},
                              {"from", "control socket"},
                              {"pid", std::to_string(getpid())},
                              {"targets", "backend"},
                              {"result", "accepted"}});
  rig.world.advance(20s);
  CHECK(peer.answer_to(id).contains("result"));
  CHECK(results(rig) == Results{"restart: accepted", "restart: done"});
}

TEST_CASE("a change that nobody waits for is told when it is asked for") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer peer(rig);
  peer.ask("services.stop", {{"targets", "worker"}, {"wait", false}});
  const auto told = audited(rig);
  REQUIRE(told.size() == 1);
  CHECK(told[0].service == "worker");
  CHECK(told[0].instance.empty());
  CHECK(told[0].data.at("result") == "accepted");
}

TEST_CASE("one request is one event, however many services it is about") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer peer(rig);
  peer.ask("services.reset", {{"targets", {"backend", "worker"}}, {"wait", false}});
  const auto told = audited(rig);
  REQUIRE(told.size() == 1);
  CHECK(told[0].service.empty());
  CHECK(told[0].data.at("targets") == "backend worker");
}

TEST_CASE("what failed or was refused says why") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer peer(rig);
  peer.ask("services.restart", {{"targets", "bakend"}});
  peer.ask("services.start", {{"target", "backend"}});
  peer.ask("services.signal", {{"targets", "report"}, {"signal", "HUP"}});
  CHECK(results(rig) ==
        Results{"restart: failed", "start: failed", "signal: accepted", "signal: failed"});
  const auto told = audited(rig);
  CHECK(told[0].data.at("reason").find("no service named 'bakend'") != std::string::npos);
  CHECK(told[0].data.at("targets") == "bakend");
  CHECK(told[1].data.at("reason").find("targets") != std::string::npos);
  CHECK(told[3].data.at("signal") == "HUP");
  CHECK(told[3].data.at("reason").find("stopped") != std::string::npos);
}

TEST_CASE("parameters that matter are told: how many, which signal") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer peer(rig);
  peer.ask("services.scale", {{"name", "worker"}, {"instances", "+1"}, {"wait", false}});
  const auto told = audited(rig);
  REQUIRE(told.size() == 1);
  CHECK(told[0].data.at("instances") == "3");
  CHECK(told[0].service == "worker");
}

TEST_CASE("hostile names are bounded and made valid") {
  Rig rig(declare_three);
  Peer peer(rig);
  peer.ask("services.stop", {{"targets", std::string(150, 'x') + "\x1b[2J"}});
  Json many = Json::array();
  for (int i = 0; i < 500; ++i)
    many.push_back("name-" + std::to_string(i));
  peer.ask("services.stop", {{"targets", many}});
  for (const auto& event : audited(rig)) {
    CHECK(event.data.at("targets").size() <= 300);
    CHECK(event.data.at("reason").size() <= 300);
  }
}

TEST_CASE("a shutdown is one event, and looking is none") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer peer(rig);
  peer.ask("services.list");
  peer.ask("events.list");
  CHECK(audited(rig).empty());
  peer.request("supervisor.shutdown");
  const auto told = audited(rig);
  REQUIRE(told.size() == 1);
  CHECK(told[0].data.at("verb") == "shutdown");
  CHECK(told[0].data.at("user") == "tester");
  CHECK(told[0].data.at("why").starts_with("asked by uid"));
}

TEST_CASE("what drain mode refuses is told too") {
  Rig rig(declare_three, Rig::default_options(), control::DrainFact{5, {}, {}});
  Peer peer(rig);
  peer.ask("services.stop", {{"targets", "backend"}});
  const auto told = audited(rig);
  REQUIRE(told.size() == 1);
  CHECK(told[0].data.at("result") == "failed");
  CHECK(told[0].data.at("reason").find("drain mode") != std::string::npos);
}
