// The methods about services, over the real runtime.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "unit/control/rig.h"

namespace mainstay::test {
namespace {

using namespace std::chrono_literals;

std::vector<std::string> names_of(const Json& list) {
  std::vector<std::string> names;
  for (const auto& entry : list)
    names.push_back(entry["name"]);
  return names;
}

TEST_CASE("a service object has every member of the contract, in its order") {
  Rig rig(declare_three);
  rig.usage.of[rig.world.id("backend")] = {.cpu_percent = 1.44,
                                           .cpu_time = 2s,
                                           .memory_bytes = 48234496,
                                           .processes = 4,
                                           .threads = 9,
                                           .open_files = 61,
                                           .io = {},
                                           .read_bytes_per_second = 1023.6,
                                           .written_bytes_per_second = 0.4,
                                           .ports = {8000, 8443}};
  rig.world.advance(362800ms);
  Peer peer(rig);
  const Json object = peer.ask("services.list", {{"targets", "backend"}})["result"]["services"][0];
  std::vector<std::string> members;
  for (const auto& member : object.items())
    members.push_back(member.key());
  CHECK(members == std::vector<std::string>{"name",
                                            "service",
                                            "instance",
                                            "state",
                                            "health",
                                            "ready",
                                            "enabled",
                                            "held_down",
                                            "pid",
                                            "started_at",
                                            "uptime_seconds",
                                            "restarts",
                                            "unstable_runs",
                                            "max_restarts",
                                            "cpu_percent",
                                            "memory_bytes",
                                            "processes",
                                            "threads",
                                            "open_files",
                                            "read_bytes_per_second",
                                            "written_bytes_per_second",
                                            "ports",
                                            "last_exit",
                                            "next_start_at",
                                            "next_start_in_seconds",
                                            "kill_in_seconds",
                                            "checks",
                                            "status_text",
                                            "reason",
                                            "log_dropped_bytes",
                                            "log_dropped_lines",
                                            "log_trouble"});
  CHECK(object["state"] == "running");
  CHECK(object["pid"].is_number_integer());
  CHECK(object["cpu_percent"] == 1.4);
  CHECK(object["memory_bytes"] == 48234496);
  CHECK(object["threads"] == 9);
  CHECK(object["read_bytes_per_second"] == 1024);
  CHECK(object["written_bytes_per_second"] == 0);
  CHECK(object["ports"] == Json({8000, 8443}));
  CHECK(object["last_exit"].is_null());
  CHECK(object["uptime_seconds"].get<double>() > 362);
}

TEST_CASE("the list is in the order of the file, and targets narrow it") {
  Rig rig(declare_three);
  Peer peer(rig);
  const auto list = [&](const Json& params) {
    return names_of(peer.ask("services.list", params)["result"]["services"]);
  };
  CHECK(list(Json::object()) ==
        std::vector<std::string>{"backend", "worker:0", "worker:1", "report"});
  CHECK(list({{"targets", {"worker:1", "backend"}}}) ==
        std::vector<std::string>{"backend", "worker:1"});
  CHECK(list({{"targets", "w*"}}) == std::vector<std::string>{"worker:0", "worker:1"});
}

TEST_CASE("what there is none of has a code that says what was meant") {
  Rig rig(declare_three);
  Peer peer(rig);
  const auto code = [&](const char* target) {
    const Json error = peer.ask("services.list", {{"targets", {"backend", target}}})["error"];
    CHECK(error["code"] == -32004);
    return error["data"]["code"].get<std::string>();
  };
  CHECK(code("bakend") == "no_such_service");
  CHECK(code("bakend:0") == "no_such_service");
  CHECK(code("worker:7") == "no_such_instance");
  CHECK(code("@web") == "no_such_tag");
  CHECK(peer.ask("services.get", {{"name", "x"}})["error"]["code"] == -32004);
  CHECK(peer.ask("services.why", {{"name", "x"}})["error"]["code"] == -32004);
  CHECK(peer.ask("services.scale", {{"name", "x"}, {"instances", 2}})["error"]["code"] == -32004);
}

TEST_CASE("services.get shows the declaration without its secrets, the logs and all instances") {
  Rig rig(declare_three);
  Peer peer(rig);
  const Json backend = peer.ask("services.get", {{"name", "backend"}})["result"];
  CHECK(backend["name"] == "backend");
  CHECK(backend["spec"]["restart.policy"] == "always");
  CHECK(dump_json(backend).find("s3cret") == std::string::npos);
  CHECK(backend["log"][0] == (rig.log_dir() / "backend.out.log").native());
  CHECK_FALSE(backend.contains("instances"));
  const Json worker = peer.ask("services.get", {{"name", "worker"}})["result"];
  CHECK(worker["name"] == "worker:0");
  CHECK(names_of(worker["instances"]["services"]) ==
        std::vector<std::string>{"worker:0", "worker:1"});
  const Json config = peer.ask("config.get")["result"]["config"];
  CHECK(config["services.worker.instances"] == "2");
  CHECK(dump_json(config).find("s3cret") == std::string::npos);
}

TEST_CASE("a stop is answered when all has stopped, and not before") {
  Rig rig([](sim::World& world) {
    declare_three(world);
    world.life("worker").obeys_term = 2s;
  });
  rig.world.advance(1s);
  Peer peer(rig);
  const int id = peer.request("services.stop", {{"targets", {"worker", "backend"}}});
  CHECK_FALSE(peer.next_if_any());
  rig.world.advance(1s);
  CHECK_FALSE(peer.next_if_any());
  rig.world.advance(20s);
  const Json results = peer.answer_to(id)["result"]["results"];
  CHECK(names_of(results).size() == 3);
  for (const auto& result : results) {
    CHECK(result["ok"] == true);
    CHECK(result["state"] == "stopped");
  }
}

TEST_CASE("without wait the answer comes at once") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer peer(rig);
  const Json result =
      peer.ask("services.stop", {{"targets", "backend"}, {"wait", false}})["result"]["results"][0];
  CHECK(result["name"] == "backend");
  CHECK(result["ok"] == true);
  rig.turn();
  CHECK(rig.world.state("backend") == PublicState::Stopping);
}

TEST_CASE("a restart that fails is a result, not an error") {
  Rig rig(declare_crashing);
  rig.world.advance(100ms);
  rig.world.life("backend").start_failure =
      runtime::StartFailure{runtime::StartFailureKind::Program, "run", 2, "cannot run 'x'"};
  Peer peer(rig);
  const int id = peer.request("services.restart", {{"targets", "backend"}});
  rig.turn();
  rig.world.advance(1s);
  const Json result = peer.answer_to(id)["result"]["results"][0];
  CHECK(result["ok"] == false);
  CHECK(result["message"].get<std::string>().size() > 5);
}

TEST_CASE("who waits and asks for progress is told what is waited for") {
  auto options = Rig::default_options();
  options.progress_every = 1ms;
  const auto declare = [](sim::World& world) {
    world.declare("stubborn").stop.timeout = 1h;
    world.declare("easy");
    world.life("stubborn").obeys_term = std::nullopt;
  };
  Rig rig(declare, options);
  rig.world.advance(1s);
  Peer peer(rig);
  const int id = peer.request("services.stop", {{"targets", "all"}, {"progress", true}});
  rig.turn();
  rig.world.advance(1s);
  const std::vector<std::string> left{"stubborn"};
  Json item = peer.item_of(id);
  // The first may have been made before the others had stopped.
  for (int i = 0; i < 1000 && names_of(item["waiting"]) != left; ++i)
    item = peer.item_of(id);
  CHECK(names_of(item["waiting"]) == left);
  CHECK(item["waiting"][0]["state"] == "stopping");
  CHECK(item["waiting"][0]["kill_in_seconds"].get<double>() > 3000);
}

TEST_CASE("signals go to the main process, by name or number") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer peer(rig);
  rig.world.deeds.clear();
  const Json sent = peer.ask("services.signal", {{"targets", "backend"}, {"signal", "SIGHUP"}});
  CHECK(sent["result"]["results"][0]["ok"] == true);
  const Json none = peer.ask("services.signal", {{"targets", "report"}, {"signal", 10}});
  CHECK(none["result"]["results"][0]["ok"] == false);
  CHECK(
      peer.ask("services.signal", {{"targets", "backend"}, {"signal", "NOPE"}}).contains("error"));
  CHECK(peer.ask("services.signal", {{"targets", "backend"}, {"signal", 65}}).contains("error"));
  CHECK(rig.world.deeds.size() == 1);
}

TEST_CASE("scale takes a number, more or fewer") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  Peer peer(rig);
  const auto scale = [&](const Json& instances) {
    const int id = peer.request("services.scale", {{"name", "worker"}, {"instances", instances}});
    rig.turn();
    rig.world.advance(20s);
    const Json answer = peer.answer_to(id);
    REQUIRE_MESSAGE(answer.contains("result"), dump_json(answer));
    return peer.ask("services.list", {{"targets", "worker*"}})["result"]["services"].size();
  };
  CHECK(scale("+2") == 4);
  CHECK(scale("-1") == 3);
  CHECK(scale(2) == 2);
  CHECK(scale("5") == 5);
  for (const Json& bad : {Json("x"), Json("+"), Json(""), Json("-9"), Json(-1), Json(1.5),
                          Json(99999999), Json("+99999999999999999999"), Json::array(), Json()}) {
    const Json answer = peer.ask("services.scale", {{"name", "worker"}, {"instances", bad}});
    CHECK_MESSAGE(answer["error"]["code"] == -32602, dump_json(bad));
  }
}

TEST_CASE("a short list waits for fresh numbers, a long one does not") {
  Rig rig([](sim::World& world) {
    for (int i = 0; i < 101; ++i)
      world.declare(fmt::format("s{}", i));
  });
  rig.usage.holds_back = true;
  Peer peer(rig);
  const int id = peer.request("services.list", {{"targets", "s7"}});
  CHECK_FALSE(peer.next_if_any());
  CHECK(peer.ask("services.list")["result"]["services"].size() == 101);
  rig.usage.release();
  CHECK(peer.answer_to(id)["result"]["services"].size() == 1);
  CHECK(rig.usage.refreshes == 2);
}

TEST_CASE("an upgrade is answered when the installed programs were tried") {
  Rig rig(declare_three);
  Peer peer(rig);
  CHECK(peer.ask("supervisor.info")["result"]["upgrade"].is_null());
  CHECK(peer.ask("supervisor.upgrade")["result"]["to"] == "0.2.0");
  CHECK(rig.upgrades.size() == 1);
  rig.installed = Error{"cannot run it"};
  const Json refused = peer.ask("supervisor.upgrade")["error"];
  CHECK(refused["message"] == "not upgraded, nothing was changed: cannot run it");
  rig.world.controller().shutdown(0, "test");
  rig.turn();
  CHECK(peer.ask("supervisor.upgrade")["error"]["message"] ==
        "cannot upgrade: the supervisor shuts down");
  CHECK(rig.upgrades.size() == 2);
}

}  // namespace
}  // namespace mainstay::test
