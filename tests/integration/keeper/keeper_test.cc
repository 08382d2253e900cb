// What the keeper holds: runs, exit records, descriptors; and what a next controller gets of it.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "integration/keeper/keeper_fixture.h"
#include "process/memfd.h"

using namespace mainstay;
using namespace mainstay::test;

namespace {

std::ptrdiff_t open_descriptors(pid_t pid) {
  const std::filesystem::directory_iterator all{"/proc/" + std::to_string(pid) + "/fd"};
  return std::distance(begin(all), end(all));
}

// The line of the heap in the memory map: start, end, name.
std::string heap_of(pid_t pid) {
  std::ifstream maps{"/proc/" + std::to_string(pid) + "/maps"};
  for (std::string line; std::getline(maps, line);) {
    if (line.ends_with("[heap]")) return line;
  }
  return "";
}

}  // namespace

TEST_CASE("An exit is told with its status, its usage and its time") {
  KeeperFixture fixture;
  fixture.become_controller();
  CHECK(fixture.heard().welcome->generation == 1);
  CHECK(fixture.heard().welcome->keeper_pid == fixture.keeper_pid());
  fixture.spawn(7, fixture.request({"exit", "42"}));
  fixture.spawn(8, fixture.request({"raise", "9"}));
  fixture.until([&] { return fixture.heard().exits.size() == 2; });
  const auto& seven = fixture.heard().exits[7];
  CHECK(WEXITSTATUS(seven.wait_status) == 42);
  CHECK(seven.pid == fixture.heard().runs[7].pid);
  CHECK(seven.at > fixture.heard().runs[7].spawned);
  CHECK(seven.peak_memory_bytes > 0);
  CHECK(WTERMSIG(fixture.heard().exits[8].wait_status) == SIGKILL);
  CHECK(fixture.heard().exits[8].seq != seven.seq);
}

TEST_CASE("A repeated token starts nothing twice and is answered with what there is") {
  KeeperFixture fixture;
  fixture.become_controller();
  const auto request = fixture.request({"touch", (fixture.folder() / "starts").string(), "hold"});
  fixture.spawn(1, request);
  fixture.until([&] { return fixture.heard().runs.contains(1); });
  const int pid = fixture.heard().runs[1].pid;
  CHECK(!fixture.failure_of(1));
  fixture.heard().runs.clear();
  fixture.spawn(1, request);
  fixture.until([&] { return fixture.heard().runs.contains(1); });
  CHECK(fixture.heard().runs[1].pid == pid);
  kill(pid, SIGKILL);
  fixture.until([&] { return fixture.heard().exits.contains(1); });
  const std::string starts = read_file(fixture.folder() / "starts");
  CHECK(std::count(starts.begin(), starts.end(), '\n') <= 1);
}

TEST_CASE("A controller that is killed leaves everything to the next one") {
  KeeperFixture fixture;
  fixture.become_controller();
  auto state = process::sealed_memfd("state", "what was known");
  fixture.client().store("state", state->get());
  fixture.spawn(10, fixture.request({"say", "before", "wait-for",
                                     (fixture.folder() / "go").string(), "say", "after"}));
  fixture.spawn(11, fixture.request({"exit", "3"}));
  fixture.until([&] { return fixture.heard().exits.contains(11); });
  const int pid = fixture.heard().runs[10].pid;
  const std::uint64_t seq = fixture.heard().exits[11].seq;

  fixture.kill_controller();
  fixture.become_controller();
  Heard& heard = fixture.heard();
  CHECK(heard.welcome->generation == 2);
  CHECK(heard.welcome->largest_run == 11);
  CHECK(process::read_memfd(heard.stored["state"].get(), 100).value() == "what was known");
  REQUIRE(heard.runs.size() == 2);
  CHECK(heard.runs[10].pid == pid);
  CHECK(heard.runs[10].label == "test:10");
  CHECK(heard.exits[11].seq == seq);
  CHECK(WEXITSTATUS(heard.exits[11].wait_status) == 3);
  CHECK(!heard.exits.contains(10));
  std::ofstream{fixture.folder() / "go"};
  CHECK(fixture.output_of(10) == "before\nafter\n");
}

TEST_CASE("What ends while no controller is there is told to the next, until it is released") {
  KeeperFixture fixture;
  fixture.become_controller();
  const std::string go = (fixture.folder() / "go").string();
  fixture.spawn(1, fixture.request({"wait-for", go, "exit", "5"}));
  CHECK(!fixture.failure_of(1));
  fixture.kill_controller();
  std::ofstream{go.c_str()};
  fixture.become_controller();
  fixture.until([&] { return fixture.heard().exits.contains(1); });
  CHECK(WEXITSTATUS(fixture.heard().exits[1].wait_status) == 5);
  fixture.kill_controller();
  fixture.become_controller();
  CHECK(fixture.heard().exits.contains(1));
  fixture.client().release(1);
  // The answer to another request shows that the release was read.
  fixture.spawn(2, fixture.request({}));
  fixture.until([&] { return fixture.heard().exits.contains(2); });
  fixture.kill_controller();
  fixture.become_controller();
  CHECK(!fixture.heard().exits.contains(1));
  CHECK(fixture.heard().exits.contains(2));
}

TEST_CASE("A run released before its end is forgotten when it ends") {
  KeeperFixture fixture;
  fixture.become_controller();
  fixture.spawn(1, fixture.request({"hold"}));
  CHECK(!fixture.failure_of(1));
  const int pid = fixture.heard().runs[1].pid;
  fixture.client().release(1);
  fixture.spawn(2, fixture.request({}));
  fixture.until([&] { return fixture.heard().exits.contains(2); });
  kill(pid, SIGKILL);
  fixture.kill_controller();
  fixture.become_controller();
  CHECK(!fixture.heard().runs.contains(1));
}

TEST_CASE("Descriptors are kept by name, replaced and dropped") {
  KeeperFixture fixture;
  fixture.become_controller();
  const auto one = process::sealed_memfd("one", "1");
  const auto two = process::sealed_memfd("two", "2");
  fixture.client().store("a", one->get());
  fixture.client().store("a", two->get());
  fixture.client().store("b", one->get());
  fixture.client().drop("b");
  fixture.spawn(1, fixture.request({}));
  fixture.until([&] { return fixture.heard().exits.contains(1); });
  fixture.kill_controller();
  fixture.become_controller();
  REQUIRE(fixture.heard().stored.size() == 1);
  CHECK(process::read_memfd(fixture.heard().stored["a"].get(), 10).value() == "2");
}

TEST_CASE("After a thousand runs the keeper holds no more descriptors and no more heap") {
  KeeperFixture fixture;
  fixture.become_controller();
  fixture.spawn(1, fixture.request({}));
  fixture.until([&] { return fixture.heard().exits.contains(1); });
  fixture.client().release(1);
  // Told after the release was read; its own descriptors stay, as those of the last run below.
  fixture.spawn(2, fixture.request({}));
  fixture.until([&] { return fixture.heard().exits.contains(2); });
  const auto descriptors = open_descriptors(fixture.keeper_pid());
  const std::string heap = heap_of(fixture.keeper_pid());
  fixture.client().release(2);
  std::uint64_t token = 2;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 50; ++i)
      fixture.spawn(++token, fixture.request({}));
    fixture.until([&] { return fixture.heard().exits.size() == token; });
    for (std::uint64_t done = token - 49; done <= token; ++done) {
      fixture.client().release(done);
      fixture.heard().runs.erase(done);
    }
  }
  fixture.spawn(++token, fixture.request({}));
  fixture.until([&] { return fixture.heard().exits.contains(token); });
  CHECK(open_descriptors(fixture.keeper_pid()) == descriptors);
  CHECK(heap_of(fixture.keeper_pid()) == heap);
}

TEST_CASE("Strangers are reaped and leave no zombie") {
  KeeperFixture fixture;
  fixture.become_controller();
  const std::string pids = (fixture.folder() / "pids").string();
  fixture.spawn(1, fixture.request({"escape", pids}));
  fixture.until([&] { return fixture.heard().exits.contains(1); });
  const pid_t stranger = std::stoi(read_file(pids));
  CHECK(exists(stranger));
  kill(stranger, SIGKILL);
  // It dies in its own time; with the first end that is told after that it is gone.
  for (std::uint64_t token = 2; exists(stranger); ++token) {
    fixture.spawn(token, fixture.request({}));
    fixture.until([&] { return fixture.heard().exits.contains(token); });
  }
}

TEST_CASE("Bad messages are ignored, and said") {
  KeeperFixture fixture;
  fixture.become_controller();
  fixture.client().store("no descriptor", -1);
  fixture.client().spawn(5, "no request", 0, UniqueFd{});
  fixture.until([&] { return fixture.heard().refused.contains(5); });
  fixture.spawn(6, fixture.request({"exit", "1"}));
  fixture.until([&] { return fixture.heard().exits.contains(6); });
  CHECK(fixture.keeper_words().find("bad message (Store)") != std::string::npos);
}
