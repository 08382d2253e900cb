// Logs, events and the supervisor itself.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <vector>

#include "ctl/client.h"
#include "unit/control/rig.h"

namespace mainstay::test {
namespace {

using namespace std::chrono_literals;

void declare_two(sim::World& world) {
  world.declare("backend");
  world.declare("worker").instances = 2;
}

std::vector<std::string> line_texts(const Json& lines) {
  std::vector<std::string> texts;
  for (const auto& line : lines)
    texts.push_back(line["text"]);
  return texts;
}

using Texts = std::vector<std::string>;

TEST_CASE("logs.read gives the last lines of what was asked for") {
  Rig rig(declare_two);
  rig.log("backend.out.log", "one\ntwo\nthree\n");
  rig.log("worker:1.err.log", "oops \xff\n");
  Peer peer(rig);
  const auto read = [&](const Json& params) {
    return peer.ask("logs.read", params)["result"]["lines"];
  };
  CHECK(line_texts(read({{"targets", "backend"}, {"lines", 2}})) == Texts{"two", "three"});
  const Json worker = read({{"targets", "worker"}});
  REQUIRE(worker.size() == 1);
  CHECK(worker[0]["service"] == "worker");
  CHECK(worker[0]["instance"] == "worker:1");
  CHECK(worker[0]["stream"] == "err");
  CHECK(worker[0]["text"] == "oops \xef\xbf\xbd");
  CHECK(parse_rfc3339(worker[0]["at"].get<std::string>()).ok());
  CHECK(read({{"stream", "out"}}).size() == 3);
  CHECK(read({{"lines", 0}}).empty());
  CHECK(peer.ask("logs.read", {{"stream", "both"}})["error"]["message"] ==
        "stream: must be \"out\" or \"err\"");
}

TEST_CASE("a log stream without follow ends after what is there") {
  Rig rig(declare_two);
  rig.log("backend.out.log", "one\n");
  Peer peer(rig);
  const int id = peer.request("logs.follow", {{"follow", false}});
  CHECK(line_texts(peer.item_of(id)["lines"]) == Texts{"one"});
  CHECK(peer.next()["result"]["ended"] == true);
}

TEST_CASE("a follower gets what was there, what comes, and nothing after it cancelled") {
  Rig rig(declare_two);
  rig.log("backend.out.log", "old\n");
  Peer peer(rig);
  const int id = peer.request("logs.follow", {{"targets", "backend"}});
  CHECK(line_texts(peer.item_of(id)["lines"]) == Texts{"old"});
  rig.log("backend.out.log", "new\n");
  CHECK(line_texts(peer.item_of(id)["lines"]) == Texts{"new"});
  rig.log("worker:0.out.log", "of somebody else\n");
  CHECK_FALSE(peer.next_if_any());
  CHECK(peer.ask("stream.cancel", {{"id", id}})["result"]["cancelled"] == true);
  CHECK(peer.answer_to(id)["result"]["ended"] == true);
  rig.log("backend.out.log", "late\n");
  CHECK_FALSE(peer.next_if_any());
  CHECK(peer.ask("stream.cancel", {{"id", id}})["result"]["cancelled"] == false);
}

TEST_CASE(
    "who joins a stream reads exactly what that one has sent, whatever is printed meanwhile") {
  for (const char* grep : {".", ""}) {  // through a worker, and at once
    Rig rig(declare_two);
    rig.log("backend.out.log", "one\ntwo\n");
    Peer peer(rig);
    Json wish = {{"targets", "backend"}};
    if (*grep != 0) wish["grep"] = grep;
    const int stream = peer.request("logs.follow", wish);
    CHECK(line_texts(peer.item_of(stream)["lines"]) == Texts{"one", "two"});
    rig.log("backend.out.log", "three\n");
    wish["follow"] = false;
    wish["joins"] = stream;
    wish["lines"] = 2;
    const int joiner = peer.request("logs.follow", wish);
    rig.log("backend.out.log", "four\n");
    Texts sent;
    Texts read;
    bool joined = false;
    for (bool ended = false; !ended || sent.size() < 2;) {
      const Json message = peer.next();
      if (message.contains("result")) {
        CHECK(message["id"] == joiner);
        ended = true;
        continue;
      }
      const Json& item = message["params"]["item"];
      const bool of_joiner = message["params"]["id"] == joiner;
      for (const auto& text : line_texts(item["lines"])) {
        if (of_joiner) read.push_back(text);
        if (!of_joiner) sent.push_back(text + (joined ? " later" : ""));
      }
      if (item.contains("joined")) {
        CHECK(item["joined"] == joiner);
        CHECK_FALSE(of_joiner);
        joined = true;
      }
    }
    CHECK(joined);
    // Each is in what was read, or came later.
    const bool three_later = sent[0] == "three later";
    const bool four_later = sent[1] == "four later";
    CHECK(read == (three_later  ? Texts{"one", "two"}
                   : four_later ? Texts{"two", "three"}
                                : Texts{"three", "four"}));
  }
}

TEST_CASE("who joins is shown a line that stays without an end, and its end comes to all") {
  Rig rig(declare_two);
  rig.log("backend.out.log", "old\n");
  Peer peer(rig);
  const int stream = peer.request("logs.follow", {{"targets", "backend"}});
  CHECK(line_texts(peer.item_of(stream)["lines"]) == Texts{"old"});
  rig.log("backend.out.log", "Password: ");
  CHECK_FALSE(peer.next_if_any());
  std::filesystem::last_write_time(rig.log_dir() / "backend.out.log",
                                   std::filesystem::file_time_type::clock::now() - 24h * 365 * 50);
  const int joiner = peer.request(
      "logs.follow", {{"targets", "backend"}, {"follow", false}, {"joins", stream}, {"lines", 1}});
  CHECK(peer.item_of(stream)["lines"][0]["partial"] == true);
  CHECK(peer.item_of(stream)["joined"] == joiner);
  CHECK(line_texts(peer.item_of(joiner)["lines"]) == Texts{"Password: "});
  CHECK(peer.answer_to(joiner)["result"]["ended"] == true);
  rig.log("backend.out.log", "secret\n");
  const Json rest = peer.item_of(stream)["lines"];
  CHECK(line_texts(rest) == Texts{"secret"});
  CHECK(rest[0]["continued"] == true);
}

TEST_CASE("only a stream that follows, of the same client, can be joined") {
  Rig rig(declare_two);
  Peer peer(rig);
  Peer other(rig);
  const int stream = other.request("logs.follow", {{"targets", "backend"}});
  CHECK(other.ask("services.list")["result"].is_object());
  const auto refused = [&](const Json& params) {
    return peer.ask("logs.follow", params)["error"]["message"].get<std::string>();
  };
  CHECK(refused({{"follow", false}, {"joins", 4711}}) == "joins: there is no stream of that id");
  CHECK(refused({{"follow", false}, {"joins", stream}}) == "joins: there is no stream of that id");
  CHECK(refused({{"joins", 1}}) ==
        "joins: says where what is there ends; it goes with \"follow\":false");
}

TEST_CASE("what is printed while the end of the log is read is neither lost nor doubled") {
  Rig rig(declare_two);
  rig.log("backend.out.log", "0\n");
  Peer peer(rig);
  const int id = peer.request("logs.follow", {{"targets", "backend"}, {"lines", 1000}});
  Texts got;
  for (int i = 1; got.size() < 200; ++i) {
    if (i < 200) rig.log("backend.out.log", fmt::format("{}\n", i));
    while (const auto message = peer.next_if_any()) {
      REQUIRE((*message)["params"]["id"] == id);
      for (auto& text : line_texts((*message)["params"]["item"]["lines"]))
        got.push_back(text);
    }
  }
  for (std::size_t i = 0; i < got.size(); ++i)
    CHECK(got[i] == std::to_string(i));
}

TEST_CASE("instances that are added while somebody follows are followed too") {
  Rig rig(declare_two);
  rig.world.advance(1s);
  Peer peer(rig);
  const int id = peer.request("logs.follow", {{"targets", "worker"}});
  rig.turn();
  const int scaled = peer.request("services.scale", {{"name", "worker"}, {"instances", "+1"}});
  rig.turn();
  rig.world.advance(1s);
  CHECK(peer.answer_to(scaled).contains("result"));
  rig.log("worker:2.out.log", "hello\n");
  const Json lines = peer.item_of(id)["lines"];
  CHECK(lines[0]["instance"] == "worker:2");
}

TEST_CASE("a follower that does not read is told what it missed, and the others miss nothing") {
  Rig rig(declare_two);
  Peer slow(rig);
  Peer quick(rig);
  // Each follows once it has the line that was there before.
  rig.log("worker:0.out.log", "before\n");
  const int slow_id = slow.request("logs.follow", {{"lines", 1}});
  const int quick_id = quick.request("logs.follow", {{"lines", 1}});
  slow.item_of(slow_id);
  quick.item_of(quick_id);
  const std::string line(999, 'x');
  std::string block;
  for (int i = 0; i < 100; ++i)
    block += line + "\n";
  constexpr std::size_t kBlocks = 25;  // 2.5 MB
  std::size_t got = 0;
  for (std::size_t i = 0; i < kBlocks; ++i) {
    rig.log("backend.out.log", block);
    while (got < (i + 1) * 100)
      got += quick.item_of(quick_id)["lines"].size();
  }
  CHECK(got == kBlocks * 100);
  CHECK(rig.server->clients() == 2);
  std::uint64_t seen = 0;
  std::uint64_t skipped = 0;
  while (seen + skipped < kBlocks * 100'000) {
    const Json item = slow.item_of(slow_id);
    seen += item["lines"].size() * 1000;
    if (item.contains("skipped_bytes")) skipped += item["skipped_bytes"].get<std::uint64_t>();
  }
  CHECK(seen + skipped == kBlocks * 100'000);
  CHECK(skipped > 500'000);
}

TEST_CASE("events are listed from a number or from the end, for targets or all") {
  Rig rig(declare_two);
  rig.world.advance(1s);
  Peer peer(rig);
  const Json all = peer.ask("events.list")["result"];
  REQUIRE(all["events"].size() >= 4);
  CHECK(all["events"][0]["kind"] == "supervisor_started");
  CHECK(all["events"][0]["service"].is_null());
  CHECK(all["next"] == all["events"].back()["id"].get<int>() + 1);
  const Json last = peer.ask("events.list", {{"limit", 1}})["result"];
  CHECK(last["events"][0] == all["events"].back());
  const Json first = peer.ask("events.list", {{"from", 0}, {"limit", 2}})["result"];
  CHECK(first["events"][0] == all["events"][0]);
  CHECK(first["next"] == all["events"][2]["id"]);
  const Json nothing = peer.ask("events.list", {{"from", all["next"]}})["result"];
  CHECK(nothing["events"].empty());
  CHECK(nothing["next"] == all["next"]);
  const Json of_one = peer.ask("events.list", {{"targets", "worker:1"}})["result"]["events"];
  CHECK_FALSE(of_one.empty());
  for (const auto& event : of_one) {
    CHECK(event["instance"] == "worker:1");
  }
}

TEST_CASE("followers of events get each once, those of their targets only") {
  Rig rig(declare_two);
  rig.world.advance(1s);
  Peer peer(rig);
  const int id = peer.request("events.follow", {{"targets", "worker"}});
  rig.turn();
  rig.world.die("backend:0", {runtime::ExitStatus::Kind::Code, 3, false});
  rig.world.die("worker:0", {runtime::ExitStatus::Kind::Code, 4, false});
  rig.turn();
  const Json event = peer.item_of(id)["events"][0];
  CHECK(event["kind"] == "service_exited");
  CHECK(event["instance"] == "worker:0");
  CHECK(event["data"]["code"] == "4");
}

TEST_CASE("supervisor.info tells where things are and how many") {
  Rig rig(declare_two);
  rig.world.advance(90s);
  Peer peer(rig);
  const Json info = peer.ask("supervisor.info")["result"];
  CHECK(info["pid"] == 10);
  CHECK(info["controller_pid"] == 11);
  CHECK(info["services"] == 2);
  CHECK(info["instances"] == 3);
  CHECK(info["socket"] == rig.socket_path().native());
  CHECK(info["memory_bytes"] == 9000000);
  CHECK(info["uptime_seconds"].get<double>() >= 90);
}

TEST_CASE("supervisor.info tells of the machine, with null for what is not known") {
  Rig rig(declare_two);
  Peer peer(rig);
  const auto host = [&] { return peer.ask("supervisor.info")["result"]["host"]; };
  Json unknown = host();
  for (const char* name :
       {"cpu_percent", "memory_used_bytes", "memory_total_bytes", "load_average"})
    CHECK(unknown[name].is_null());
  CHECK(unknown["disks"] == Json::array());
  rig.usage.machine = {.cpu_percent = 12.54,
                       .cpu_busy = 1s,
                       .cpu_total = 2s,
                       .memory_used_bytes = 100,
                       .memory_total_bytes = 400,
                       .load_average = 0.5,
                       .uptime = 90s,
                       .disks = {{"/my \"disk\"", 10, 40}}};
  const Json known = host();
  CHECK(known["cpu_percent"] == 12.5);
  CHECK(known["memory_used_bytes"] == 100);
  CHECK(known["memory_total_bytes"] == 400);
  CHECK(known["load_average"] == 0.5);
  CHECK(known["uptime_seconds"] == 90);
  CHECK(known["disks"] ==
        Json::array({{{"mount", "/my \"disk\""}, {"used_bytes", 10}, {"total_bytes", 40}}}));
}

TEST_CASE("a shutdown is answered when everything is down, to all who asked for it") {
  Rig rig([](sim::World& world) {
    declare_two(world);
    world.life("backend").obeys_term = 3s;
  });
  rig.world.advance(1s);
  Peer first(rig);
  Peer second(rig);
  const int id = first.request("supervisor.shutdown");
  rig.turn();
  second.request("supervisor.shutdown");
  CHECK_FALSE(second.next_if_any());
  CHECK(rig.server->farewell_descriptors().size() == 2);
  CHECK_FALSE(rig.world.controller().finished());
  rig.world.advance(10s);
  CHECK(first.answer_to(id)["result"]["stopped"] == true);
  CHECK(second.next()["result"]["stopped"] == true);
  CHECK(rig.world.controller().finished() == 0);
  CHECK(rig.server->drained());
  // The connections end with the last holder of the duplicates, not with this server.
  auto farewells = rig.server->farewell_descriptors();
  CHECK(farewells.size() == 2);
  rig.server.reset();
  CHECK_FALSE(first.next_if_any());
  CHECK(first.is_open());
  farewells.clear();
  CHECK(first.is_closed());
}

TEST_CASE(
    "the client of ctl gets answers, items and errors, and tells a missing supervisor from a "
    "refusal") {
  Rig rig(declare_two);
  rig.world.advance(1s);
  rig.log("backend.out.log", "one\ntwo\n");
  const auto in_thread = [&rig](auto work) {
    auto future = std::async(std::launch::async, work);
    rig.until([&] { return future.wait_for(0s) == std::future_status::ready; });
    return future.get();
  };
  ctl::Client client(rig.socket_path());
  const auto list = in_thread([&] { return client.call("services.list", {}, 10s); });
  REQUIRE(list);
  CHECK(list.result()["services"].size() == 3);
  const auto refused = in_thread([&] {
    return client.call("services.get", {{"name", "bakend"}}, 10s);
  });
  REQUIRE_FALSE(refused);
  CHECK(refused.failure().code == "no_such_service");
  CHECK(refused.failure().exit_code() == CtlExit::NoSuchTarget);
  Texts lines;
  const auto ended = in_thread([&] {
    return client.stream("logs.follow", {{"targets", "backend"}}, [&](const Json& item) {
      for (const auto& line : item["lines"])
        lines.push_back(line["text"]);
      return lines.size() < 2;
    });
  });
  CHECK(ended);
  CHECK(lines == Texts{"one", "two"});
  const auto late = in_thread([&] {
    return client.call("services.stop", {{"targets", "backend"}}, 30ms);
  });
  CHECK(late.failure().exit_code() == CtlExit::TimedOut);
  // The next request of the same client gets its own answer, not what is left of the others.
  CHECK(in_thread([&] { return client.call("supervisor.ping", {}, 10s); }).result()["pong"] ==
        true);
  rig.server.reset();
  const auto lost = in_thread([&] { return client.call("supervisor.ping", {}, 10s); });
  CHECK(lost.failure().kind == ctl::Failure::Kind::Unreachable);
  ctl::Client nobody(rig.folder() / "nothing");
  CHECK(nobody.call("supervisor.ping", {}).failure().exit_code() == CtlExit::Unreachable);
}

}  // namespace
}  // namespace mainstay::test
