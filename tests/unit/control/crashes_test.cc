// services.crashes, and what services.why says of crashes.
#include <doctest/doctest.h>

#include <string>

#include "unit/control/rig.h"

namespace mainstay::test {
namespace {

using namespace std::chrono_literals;

history::CrashRecord crash(const std::string& service, std::uint32_t index, RunId run) {
  history::CrashRecord record;
  record.at = WallTime{std::chrono::seconds{1'800'000'000 + run.value}};
  record.service = service;
  record.instance = service;
  record.index = index;
  record.run = run;
  record.pid = 4711;
  record.signal = "KILL";
  record.cause = "exited";
  record.out_of_memory = "killed by the kernel: out of memory (x)";
  record.core = "/srv/core";
  record.output = {{"err", {"\x1b[31mboom"}, false}};
  return record;
}

void keep(Rig& rig, const history::CrashRecord& record) {
  rig.history->add(record);
}

bool mentions(const Json& texts, std::string_view wanted) {
  for (const Json& text : texts)
    if (text.get<std::string>().find(wanted) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("crashes come the newest first, of a service or of one of its instances") {
  Rig rig(declare_three);
  for (std::uint64_t run = 1; run <= 6; ++run)
    keep(rig, crash("worker", run % 2 == 0 ? 1 : 0, RunId{run}));
  Peer peer(rig);
  Json result = peer.ask("services.crashes", {{"name", "worker"}})["result"];
  CHECK(result["kept"] == 6);
  REQUIRE(result["crashes"].size() == 6);
  CHECK(result["crashes"][0]["run"] == 6);
  CHECK(result["crashes"][0]["output"][0]["lines"][0] == "\x1b[31mboom");
  result = peer.ask("services.crashes", {{"name", "worker:1"}, {"limit", 2}})["result"];
  CHECK(result["kept"] == 3);
  REQUIRE(result["crashes"].size() == 2);
  CHECK(result["crashes"][1]["run"] == 4);
  result = peer.ask("services.crashes", {{"name", "backend"}})["result"];
  CHECK(result["kept"] == 0);
  CHECK(result["crashes"].empty());
}

TEST_CASE("an answer stays small: older crashes come without their output") {
  Rig rig(declare_three);
  history::CrashRecord large = crash("backend", 0, RunId{1});
  large.output = {{"err", {std::string(60'000, 'x')}, false}};
  for (; large.run.value <= 20; ++large.run.value)
    keep(rig, large);
  Peer peer(rig);
  const Json result = peer.ask("services.crashes", {{"name", "backend"}})["result"];
  CHECK(result["cut"] == true);
  REQUIRE(result["crashes"].size() == 20);
  CHECK(result["crashes"][0]["output"].size() == 1);
  CHECK(result["crashes"][19]["output"].empty());
  CHECK(dump_json(result).size() < 700'000);
}

TEST_CASE("crashes of nobody, and too many of them, are refused") {
  Rig rig(declare_three);
  Peer peer(rig);
  CHECK(peer.ask("services.crashes", {{"name", "bakend"}})["error"]["data"]["code"] ==
        "no_such_service");
  CHECK(peer.ask("services.crashes")["error"]["data"]["code"] == "invalid_params");
  CHECK(peer.ask("services.crashes", {{"name", "backend"},
                                      {"limit", 21}})["error"]["data"]["code"] == "invalid_params");
}

TEST_CASE("without a history there is an error that says why, and why goes on without crashes") {
  Rig rig(declare_three);
  rig.history->close();
  Peer peer(rig);
  const Json refused = peer.ask("services.crashes", {{"name", "backend"}})["error"];
  CHECK(refused["message"] == "there is no history: it is closed");
  const Json why = peer.ask("services.why", {{"name", "backend"}})["result"];
  CHECK(mentions(why["notes"], "there is no history"));
  const Json state = peer.ask("supervisor.info")["result"]["history"];
  CHECK(state == Json{{"state", "off"}, {"reason", "it is closed"}});
  CHECK(peer.ask("services.list")["result"]["history"] == state);
}

TEST_CASE("why tells of the last crash, with its evidence when it is that of the last run") {
  Rig rig(declare_crashing);
  rig.world.advance(250ms);
  const auto id = *rig.world.controller().resolve(std::vector<std::string>{"backend"});
  const RunId run = rig.world.controller().status(id.front(), rig.world.now()).run;
  Peer peer(rig);
  CHECK(peer.ask("services.why", {{"name", "backend"}})["result"]["crashes"].is_null());
  keep(rig, crash("backend", 0, RunId{run.value + 100}));
  Json why = peer.ask("services.why", {{"name", "backend"}})["result"];
  CHECK(why["crashes"]["kept"] == 1);
  CHECK(why["crashes"]["last"]["signal"] == "KILL");
  CHECK(why["crashes"]["last"]["output"].empty());
  CHECK_FALSE(mentions(why["notes"], "out of memory"));
  keep(rig, crash("backend", 0, run));
  why = peer.ask("services.why", {{"name", "backend"}})["result"];
  CHECK(why["crashes"]["kept"] == 2);
  CHECK(mentions(why["notes"], "killed by the kernel: out of memory"));
  CHECK(mentions(why["notes"], "core dump: /srv/core"));
}

}  // namespace mainstay::test
