// How a keeper ends, and what it refuses to begin.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "integration/keeper/keeper_fixture.h"

using namespace mainstay;
using namespace mainstay::test;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// An escaped daemon that ignores TERM: its pid.
pid_t start_escapee(KeeperFixture& fixture) {
  const std::string pids = (fixture.folder() / "pids").string();
  fixture.spawn(1, fixture.request({"escape", pids, "hold"}));
  CHECK(!fixture.failure_of(1));
  fixture.spawn(2, fixture.request({"wait-for", pids}));
  fixture.until([&] { return fixture.heard().exits.contains(2); });
  const std::string text = read_file(pids);
  return text.empty() ? 0 : std::stoi(text);
}

// Runs the fixture's supervisor once more; its exit code and what it said.
std::pair<int, std::string> run_again(const KeeperFixture& fixture, const std::string& arguments) {
  const std::string command = fixture.keeper_program().string() + " " + arguments + " 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  char piece[512];
  while (const std::size_t size = fread(piece, 1, sizeof piece, pipe))
    text.append(piece, size);
  return {WEXITSTATUS(pclose(pipe)), text};
}

}  // namespace

TEST_CASE("TERM goes to the controller with its count, and Finish ends everything that is left") {
  KeeperFixture fixture;
  fixture.become_controller();
  const pid_t escapee = start_escapee(fixture);
  REQUIRE(escapee > 0);
  kill(fixture.keeper_pid(), SIGTERM);
  fixture.until([&] { return fixture.heard().terminations.size() == 1; });
  CHECK(fixture.heard().terminations[0] == std::pair{SIGTERM, 1U});
  kill(fixture.keeper_pid(), SIGINT);
  fixture.until([&] { return fixture.heard().terminations.size() == 2; });
  CHECK(fixture.heard().terminations[1] == std::pair{SIGINT, 2U});
  fixture.client().finish(17);
  fixture.until([&] { return fixture.client().queued() == 0; });
  fixture.end_controller(0);
  const int status = fixture.wait_for_keeper();
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 17);
  CHECK(!exists(escapee));
}

TEST_CASE("A termination that a dead controller had not acted upon is told to the next") {
  KeeperFixture fixture;
  fixture.become_controller();
  kill(fixture.keeper_pid(), SIGTERM);
  fixture.until([&] { return fixture.heard().terminations.size() == 1; });
  fixture.kill_controller();
  fixture.become_controller();
  fixture.until([&] { return fixture.heard().terminations.size() == 1; });
  CHECK(fixture.heard().terminations[0].second == 1);
}

TEST_CASE("Without a controller that could stop anything, the keeper kills all trees itself") {
  KeeperFixture fixture;
  fixture.become_controller();
  const pid_t escapee = start_escapee(fixture);
  kill(fixture.keeper_pid(), SIGTERM);
  fixture.until([&] { return !fixture.heard().terminations.empty(); });
  for (int i = 0; i < 2; ++i) {
    fixture.kill_controller();
    fixture.become_controller();
  }
  fixture.kill_controller();
  CHECK(WEXITSTATUS(fixture.wait_for_keeper()) == 0);
  CHECK(!exists(escapee));
  CHECK(contains(fixture.keeper_words(), "the controller cannot stop the services"));
}

TEST_CASE("A controller that does not finish in time is ended with everything else") {
  KeeperFixture fixture;
  fixture.become_controller();
  const pid_t escapee = start_escapee(fixture);
  fixture.client().tell_stop_budget(Duration{0}, "");
  fixture.spawn(3, fixture.request({}));
  fixture.until([&] { return fixture.heard().exits.contains(3); });
  kill(fixture.keeper_pid(), SIGTERM);
  fixture.until([&] { return !fixture.heard().lost.empty(); });  // 5 s: the keeper's margin
  CHECK(WEXITSTATUS(fixture.wait_for_keeper()) == 0);
  CHECK(!exists(escapee));
  CHECK(contains(fixture.keeper_words(), "not everything was stopped in time"));
}

TEST_CASE("A controller that gives no sign of life is ended and replaced") {
  KeeperFixture fixture;
  fixture.become_controller();
  fixture.spawn(1, fixture.request({"hold"}));
  CHECK(!fixture.failure_of(1));
  const int pid = fixture.heard().runs[1].pid;
  const pid_t hung = fixture.controller_pid();
  kill(hung, SIGSTOP);  // told by SIGCHLD; the Ping that follows finds nobody
  fixture.go_silent();
  fixture.become_controller();
  CHECK(fixture.controller_pid() != hung);
  CHECK(fixture.heard().runs[1].pid == pid);
  CHECK(contains(fixture.keeper_words(), "gives no sign of life"));
}

TEST_CASE("The first controller's own failure to begin is the keeper's exit code") {
  KeeperFixture fixture;
  fixture.accept_controller();
  fixture.end_controller(2);
  CHECK(WEXITSTATUS(fixture.wait_for_keeper()) == 2);
}

TEST_CASE("Without the controller's program the start fails and whoever waits is told") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  KeeperFixture::Options options;
  options.with_controller = false;
  options.environment["MAINSTAY_READY_FD"] = std::to_string(ends[1]);
  KeeperFixture fixture{options};
  close(ends[1]);
  char text[512] = {};
  CHECK(read(ends[0], text, sizeof text - 1) > 0);
  close(ends[0]);
  CHECK(std::string{text}.starts_with("error: cannot run the controller "));
  CHECK(WEXITSTATUS(fixture.wait_for_keeper()) == 1);
}

TEST_CASE("The second supervisor on a state directory is refused and told who is there") {
  KeeperFixture fixture;
  fixture.become_controller();
  const std::string state = (fixture.folder() / "state").string();
  const auto [code, said] = run_again(fixture, "--state-dir=" + state);
  CHECK(code == 1);
  CHECK(contains(said, "another supervisor (pid " + std::to_string(fixture.keeper_pid()) +
                           ") holds " + state + "/lock"));
  struct stat about {};
  CHECK(stat(state.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0700);
}

TEST_CASE("A state directory that others may write to is refused") {
  KeeperFixture fixture;
  fixture.become_controller();
  const std::filesystem::path open_to_all = fixture.folder() / "open";
  std::filesystem::create_directory(open_to_all);
  std::filesystem::permissions(open_to_all, std::filesystem::perms{0777});
  const auto [code, said] = run_again(fixture, "--state-dir " + open_to_all.string());
  CHECK(code == 1);
  CHECK(contains(said, "others may write to it"));
}

TEST_CASE("Bad arguments end with 2 and say what to do") {
  KeeperFixture fixture;
  fixture.become_controller();
  for (const char* bad : {"--what", "--state-dir", "--state-dir=", "--check=yes", "stray"}) {
    const auto [code, said] = run_again(fixture, bad);
    CHECK_MESSAGE(code == 2, bad);
    CHECK_MESSAGE(contains(said, "see supervisor --help"), bad);
  }
  CHECK(run_again(fixture, "--version").first == 0);
  CHECK(contains(run_again(fixture, "--help").second, "--state-dir DIR"));
}

TEST_CASE("As process 1 it reaps strangers, passes TERM on and takes all with it") {
  if (geteuid() != 0) {
    MESSAGE("skipped, needs root: a pid namespace");
    return;
  }
  KeeperFixture::Options options;
  options.wrapper = {"unshare", "--pid", "--fork", "--kill-child", "--mount-proc"};
  KeeperFixture fixture{options};
  fixture.become_controller();
  CHECK(fixture.heard().welcome->keeper_pid == 1);
  const pid_t escapee = start_escapee(fixture);  // its pid in there
  CHECK(escapee > 0);
  const std::string unshare = std::to_string(fixture.keeper_pid());
  const std::string children = read_file("/proc/" + unshare + "/task/" + unshare + "/children");
  kill(std::stoi(children), SIGTERM);
  fixture.until([&] { return !fixture.heard().terminations.empty(); });
  fixture.client().finish(0);
  fixture.until([&] { return fixture.client().queued() == 0; });
  fixture.end_controller(0);
  CHECK(WEXITSTATUS(fixture.wait_for_keeper()) == 0);
}
