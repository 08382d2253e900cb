// analysis.get: what clients of the socket get, one after the other.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "unit/control/rig.h"

namespace mainstay::test {
namespace {

// All that was ever printed: the times of the files are those of the machine, not of the world.
Json ever() {
  return {{"since", "1990-01-01T00:00:00Z"}, {"until", "2261-01-01T00:00:00Z"}};
}

Json ever(const std::string& target) {
  Json params = ever();
  params["targets"] = Json::array({target});
  return params;
}

}  // namespace

TEST_CASE("an analysis says what is in the logs, the worst service first") {
  Rig rig(declare_three);
  rig.log("backend.out.log", "INFO fine\n");
  rig.log("worker:0.out.log", "ERROR job 1 lost\n");
  rig.log("worker:1.err.log", "ERROR job 2 lost\nWARN slow\n");
  Peer peer(rig);
  const Json result = peer.ask("analysis.get", ever())["result"];
  CHECK(result["errors"] == 2);
  CHECK(result["warnings"] == 1);
  CHECK(result["lines"] == 4);
  CHECK(result["green"].get<int>() + result["yellow"].get<int>() + result["red"].get<int>() == 3);
  REQUIRE(result["services"].size() == 3);
  const Json& worker = result["services"][0];
  CHECK(worker["service"] == "worker");
  CHECK(worker["errors"] == 2);
  REQUIRE(worker["signatures"].size() == 2);
  CHECK(worker["signatures"][0]["signature"] == "ERROR job <n> lost");
  CHECK(worker["signatures"][0]["instance"] == "worker:0");
  CHECK(worker["signatures"][0]["cause"].is_null());
  CHECK(result["signatures"][0]["services"] == Json::array({"worker"}));
}

TEST_CASE("what instances use is judged, against their limit or the machine") {
  Rig rig([](sim::World& world) {
    world.declare("limited").limits.memory = Bytes{1000};
    world.declare("free");
  });
  rig.world.advance(std::chrono::seconds{1});
  const auto ids = rig.world.controller().instances();
  rig.usage.of[ids[0]].memory_bytes = 850;
  rig.usage.of[ids[1]].cpu_percent = 95;
  Peer peer(rig);
  const Json services = peer.ask("analysis.get", ever())["result"]["services"];
  CHECK(services[0]["service"] == "free");
  CHECK(services[0]["status"] == "red");
  CHECK(services[0]["memory_of"] == "machine");
  CHECK(services[1]["status"] == "yellow");
  CHECK(services[1]["memory_percent"] == 85.0);
  CHECK(services[1]["memory_of"] == "limit");
}

TEST_CASE("restarts that a service made by itself count") {
  Rig rig(declare_crashing);
  rig.world.on_told = [&rig](const runtime::Event& event) { rig.history->on_event(event); };
  rig.world.advance(std::chrono::minutes{1});
  Peer peer(rig);
  const Json service = peer.ask("analysis.get")["result"]["services"][0];
  CHECK(service["restarts"].get<int>() >= 3);
  CHECK_FALSE(service.contains("restarts_at_least"));
  CHECK(service["status"] == "red");
  // Without a history what memory has is counted.
  rig.history->close();
  const Json remembered = peer.ask("analysis.get")["result"]["services"][0];
  CHECK(remembered["restarts"] == service["restarts"]);
  CHECK(remembered["restarts_at_least"] == true);
}

TEST_CASE("analyses are made one after the other, and one that was cancelled makes room") {
  Rig rig(declare_three);
  std::string block;
  for (int i = 0; i < 200'000; ++i)
    block +=
        "INFO one line like many others, of about a hundred bytes, as programs print them all\n";
  rig.log("backend.out.log", block + block + "ERROR at the end\n");
  Peer first(rig);
  Peer second(rig);
  Peer third(rig);
  const int cancelled = first.request("analysis.get", ever("backend"));
  rig.turn();
  Json params = ever("backend");
  params["progress"] = true;
  const int waiting = second.request("analysis.get", params);
  CHECK(second.item_of(waiting)["queued"] == 1);
  const int last = third.request("analysis.get", ever("backend"));
  CHECK(first.ask("stream.cancel", {{"id", cancelled}})["result"]["cancelled"] == true);
  CHECK(second.answer_to(waiting)["result"]["errors"] == 1);
  CHECK(third.answer_to(last)["result"]["errors"] == 1);
}

TEST_CASE("an answer stays of a size, however much there is to tell") {
  Rig rig([](sim::World& world) {
    for (int i = 0; i < 120; ++i)
      world.declare(fmt::format("s{}", i));
  });
  std::string text;
  for (const char a : std::string{"abcdefghij"}) {
    text += fmt::format("ERROR {}\n", std::string(300, a));
    for (int i = 0; i < 20; ++i)
      text += "  " + std::string(300, 'x') + "\n";
  }
  for (int i = 0; i < 120; ++i)
    rig.log(fmt::format("s{}.out.log", i), text);
  Peer peer(rig);
  const Json result = peer.ask("analysis.get", ever())["result"];
  CHECK(result["cut"] == true);
  CHECK(dump_json(result).size() < 700'000);
  CHECK(result["services"].size() == 120);
  CHECK(result["services"][0].contains("signatures"));
  CHECK_FALSE(result["services"][119].contains("signatures"));
  CHECK(result["services"][119]["errors"] == 10);
  CHECK(result["signatures"][0]["count"] == 120);
}

TEST_CASE("what is asked wrongly is refused") {
  Rig rig(declare_three);
  Peer peer(rig);
  const auto refusal = [&](const Json& params) {
    return peer.ask("analysis.get", params)["error"]["data"]["code"];
  };
  CHECK(refusal({{"targets", {"nobody"}}}) == "no_such_service");
  CHECK(refusal({{"since", "yesterday"}}) == "invalid_params");
  CHECK(refusal({{"since", "2026-01-02T00:00:00Z"}, {"until", "2026-01-01T00:00:00Z"}}) ==
        "invalid_params");
  CHECK(refusal({{"limit", 3}}) == "invalid_params");
}

TEST_CASE("a log directory that cannot be read is an error that says so") {
  Rig rig(declare_three);
  std::filesystem::permissions(rig.log_dir(), std::filesystem::perms::all);
  Peer peer(rig);
  const Json error = peer.ask("analysis.get", ever())["error"];
  CHECK(error["message"].get<std::string>().find(rig.log_dir().string()) != std::string::npos);
}

}  // namespace mainstay::test
