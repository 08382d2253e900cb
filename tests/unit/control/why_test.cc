// services.why: what the runtime knows, the last words and the holder of the port.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "unit/control/rig.h"

namespace mainstay::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("why gives the last words of the last run and who holds the port") {
  Rig rig(declare_crashing);
  rig.ports.held[8000] = {{process::PortProtocol::Tcp, 4711, "python3", "root", ""}};
  rig.world.advance(250ms);
  rig.log("backend.err.log", "OSError: [Errno 98] Address already in use\n\xff\x1b[31m bye\n");
  Peer peer(rig);
  const Json why = peer.ask("services.why", {{"name", "backend"}})["result"];
  CHECK(why["service"]["state"] == "backoff");
  CHECK(why["service"]["last_exit"]["code"] == 1);
  CHECK(why["headline"].get<std::string>().find("backend is in backoff") == 0);
  CHECK_FALSE(why["next"].get<std::string>().empty());
  CHECK_FALSE(why["gives_up"].get<std::string>().empty());
  CHECK(why["before"].size() > 1);
  CHECK(why["rules"].size() > 0);
  CHECK(why["try"].size() > 0);
  CHECK(why["last_words"]["stream"] == "err");
  CHECK(why["last_words"]["lines"][1] == "\xef\xbf\xbd\x1b[31m bye");
  REQUIRE(why["notes"].size() == 1);
  CHECK(why["notes"][0].get<std::string>().find("port 8000 is held by python3 (pid 4711") == 0);
}

TEST_CASE(
    "why takes standard output when standard error is silent, and says when a port is free again") {
  Rig rig(declare_crashing);
  rig.world.advance(250ms);
  rig.log("backend.out.log", "Error: listen EADDRINUSE: address already in use :::9000\n");
  Peer peer(rig);
  const Json why = peer.ask("services.why", {{"name", "backend"}})["result"];
  CHECK(why["last_words"]["stream"] == "out");
  CHECK(why["notes"][0] == "port 9000 was taken then; nobody listens on it now");
  CHECK(rig.ports.asked == std::vector<std::uint16_t>{9000});
}

TEST_CASE("why of what runs asks for no ports and repeats no old words") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  rig.log("backend.err.log", "EADDRINUSE :::8000\n");
  Peer peer(rig);
  const Json why = peer.ask("services.why", {{"name", "backend"}})["result"];
  CHECK(why["service"]["state"] == "running");
  CHECK(why["last_words"].is_null());
  CHECK(why["notes"].empty());
  CHECK(rig.ports.asked.empty());
}

TEST_CASE("a log that cannot be written is said of its service, and of no other") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  std::filesystem::create_symlink("elsewhere", rig.log_dir() / "backend.out.log");
  int ends[2] = {-1, -1};
  REQUIRE(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
  const UniqueFd out{ends[1]};
  rig.capture->attach(RunId{1}, "backend", {}, {UniqueFd{ends[0]}, UniqueFd{}});
  REQUIRE(write(out.get(), "waits\n", 6) == 6);
  rig.capture->drain(RunId{1});
  Peer peer(rig);
  const Json why = peer.ask("services.why", {{"name", "backend"}})["result"];
  REQUIRE(why["notes"].size() == 1);
  const auto note = why["notes"][0].get<std::string>();
  CHECK(note.find("log backend.out.log cannot be written since ") == 0);
  CHECK(note.find(": it is a symbolic link; remove it; its output waits") != std::string::npos);
  CHECK(why["service"]["log_trouble"]["file"] == "backend.out.log");
  CHECK(why["service"]["log_trouble"]["reason"] == "it is a symbolic link; remove it");
  const Json listed = peer.ask("services.list", Json::object())["result"]["services"];
  for (const Json& service : listed) {
    CHECK(service["log_trouble"].is_null() == (service["name"] != "backend"));
    CHECK(service["log_dropped_bytes"] == 0);
  }
}

TEST_CASE("why of a service with several instances is about the one that is worst off") {
  Rig rig(declare_three);
  rig.world.advance(1s);
  rig.world.die("worker:1", {runtime::ExitStatus::Kind::Signal, 11, false});
  rig.turn();
  Peer peer(rig);
  const Json why = peer.ask("services.why", {{"name", "worker"}})["result"];
  CHECK(why["service"]["name"] == "worker:1");
  CHECK(why["service"]["last_exit"]["signal"] == "SEGV");
  CHECK(why["notes"][0] == "this is about worker:1, one of 2 instances");
}

}  // namespace
}  // namespace mainstay::test
