// Notifications over the death of controllers and keepers, and s6's notification descriptor.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "integration/keeper/notify_side.h"

using namespace mainstay;
using namespace mainstay::model;
using namespace mainstay::test;

namespace {

// "wait-for FILE" words, and their end.
std::string go(const KeeperFixture& fixture) {
  return (fixture.folder() / "go").string();
}

void release_child(const KeeperFixture& fixture) {
  std::ofstream{go(fixture)};
}

}  // namespace

TEST_CASE("A newline on the notification descriptor is readiness, whatever its number") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  std::uint64_t run = 0;
  // The low ones are what keeper and child use themselves meanwhile.
  for (int fd = 3; fd <= 1023; fd = fd < 24 ? fd + 1 : fd * 2 + 3) {
    CAPTURE(fd);
    const std::string number = std::to_string(fd);
    const auto spec = notifying(fixture,
                                {"fds", "write-to", number, "not yet", "write-to", number, "\n",
                                 "write-to", number, "and more\n"},
                                fd);
    CHECK(says_of(side, spec, RunId{++run}) == Says{NotifyReady{}});
    const std::string& fds = side.output.text[RunId{run}];
    CHECK(std::count(fds.begin(), fds.end(), '\n') == 4);  // 0, 1, 2 and it
    CHECK(fds.find("\n" + number + " -> pipe:") != std::string::npos);
    CHECK(fds.find("NOTIFY_SOCKET") == std::string::npos);
  }
}

TEST_CASE("A program that cannot run is explained, whatever the descriptor's number") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  for (int fd = 3; fd < 24; ++fd) {
    CAPTURE(fd);
    auto spec = notifying(fixture, {}, fd);
    spec.command.argv = {{"/nowhere"}};
    const RunId run{static_cast<std::uint64_t>(fd)};
    side.runner->start(request(spec, run.value));
    CHECK(side.await<runtime::StartFailed>(run).failure.message ==
          "cannot run '/nowhere' for backend: /nowhere does not exist");
    side.runner->release(run);
  }
}

TEST_CASE(
    "A service that writes on after its newline is not held up, nor one that closes without") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  auto spec = notifying(fixture, {}, 3);
  // More than a pipe holds.
  run_in_shell(spec,
               "echo >&3; i=0; while [ $i -lt 100 ]; do printf %01000d 0 >&3; i=$((i+1)); done");
  CHECK(says_of(side, spec) == Says{NotifyReady{}});
  run_in_shell(spec, "printf half >&3; exec 3>&-");
  CHECK(says_of(side, spec, RunId{2}).empty());
  run_in_shell(spec, "head -c 100000 /dev/zero >&3; echo >&3");
  CHECK(says_of(side, spec, RunId{3}) == Says{NotifyReady{}});
}

TEST_CASE("A newline behind more than a page is heard when the service has ended") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  const std::string words = std::string(60'000, 'x') + "\n";
  const auto spec = notifying(fixture, {"wait-for", go(fixture), "write-to", "3", words}, 3);
  side.runner->start(request(spec, 1));
  const int pid = side.await<runtime::Spawned>(kRun).pid;
  const UniqueFd process{static_cast<int>(syscall(SYS_pidfd_open, pid, 0))};
  release_child(fixture);
  pollfd ended{process.get(), POLLIN, 0};
  REQUIRE(poll(&ended, 1, 60'000) == 1);  // and no turn of the loop meanwhile
  side.notify.drain(kRun);
  CHECK(side.heard[kRun] == Says{NotifyReady{}});
  side.await<runtime::Exited>(kRun);
  CHECK(side.heard[kRun] == Says{NotifyReady{}});  // once
}

TEST_CASE("What is said while there is no controller waits for the next one") {
  KeeperFixture fixture;
  auto first = std::make_unique<Side>(fixture, tree_options(fixture));
  ServiceSpec spec;
  SUBCASE("on the socket") {
    spec = notifying(fixture, {"wait-for", go(fixture), "notify", "READY=1", "hold"});
  }
  SUBCASE("on the descriptor") {
    spec = notifying(fixture, {"wait-for", go(fixture), "write-to", "3", "\n", "hold"}, 3);
  }
  first->runner->start(request(spec, 1));
  first->await<runtime::Spawned>(kRun);
  first.reset();
  fixture.kill_controller();
  release_child(fixture);

  Side second{fixture, tree_options(fixture)};
  second.runner->adopt(request(spec, 1));
  await_says(second, kRun, 1);
  CHECK(second.heard[kRun] == Says{NotifyReady{}});
  second.runner->kill_tree(kRun);
  second.await<runtime::Exited>(kRun);
}

TEST_CASE("What a controller had heard and not recorded is said to the next, what it had is not") {
  KeeperFixture fixture;
  auto first = std::make_unique<Side>(fixture, tree_options(fixture));
  const auto spec =
      notifying(fixture, {"notify", "STATUS=1", "notify", "READY=1", "notify", "STATUS=3", "hold"});
  first->records = false;
  first->runner->start(request(spec, 1));
  await_says(*first, kRun, 1);
  first->notify.acknowledge();
  await_says(*first, kRun, 2);
  CHECK(first->heard[kRun] == Says{NotifyStatus{"1"}, NotifyReady{}});
  first.reset();
  fixture.kill_controller();

  Side second{fixture, tree_options(fixture)};
  second.runner->adopt(request(spec, 1));
  await_says(second, kRun, 2);
  second.runner->kill_tree(kRun);
  second.await<runtime::Exited>(kRun);
  CHECK(second.heard[kRun] == Says{NotifyReady{}, NotifyStatus{"3"}});
}

TEST_CASE("A run that ended while there was no controller has its last words heard") {
  KeeperFixture fixture;
  auto first = std::make_unique<Side>(fixture, tree_options(fixture));
  const auto spec = notifying(
      fixture, {"wait-for", go(fixture), "notify", "STATUS=failed\nERRNO=5", "exit", "3"});
  first->runner->start(request(spec, 1));
  first->await<runtime::Spawned>(kRun);
  const UniqueFd pidfd{
      static_cast<int>(syscall(SYS_pidfd_open, first->find<runtime::Spawned>(kRun)->pid, 0))};
  first.reset();
  fixture.kill_controller();
  release_child(fixture);
  pollfd ended{pidfd.get(), POLLIN, 0};
  REQUIRE(poll(&ended, 1, 20'000) == 1);

  Side second{fixture, tree_options(fixture)};
  second.runner->adopt(request(spec, 1));
  CHECK(second.await<runtime::Exited>(kRun).status.number == 3);
  CHECK(second.heard[kRun] == Says{NotifyStatus{"failed"}, NotifyErrno{5}});
  CHECK(second.said_after[kRun] == 0);
}

TEST_CASE("Another keeper's controller hears a run that was handed over, or was found again") {
  KeeperFixture fixture;
  auto first = std::make_unique<Side>(fixture, tree_options(fixture));
  const auto spec = notifying(fixture, {"wait-for", go(fixture), "notify", "READY=1",
                                        "notify-barrier", "notify", "STATUS=passed", "hold"});
  first->runner->start(request(spec, 1));
  const int pid = first->await<runtime::Spawned>(kRun).pid;
  const std::string path = first->notify.path_of(kRun);
  auto handed = first->runner->hand_over();
  REQUIRE(handed.size() == 1);
  REQUIRE(handed[0].run.notify_socket);
  bool is_given = false;
  SUBCASE("handed over, with what it said meanwhile") {
    is_given = true;
  }
  SUBCASE("found: its socket is made anew at its path") {
    handed[0].run.notify_socket.reset();
  }
  first.reset();
  KeeperFixture other;
  process::TreeOptions options = tree_options(other);
  options.state_dir = (fixture.folder() / "state").string();
  if (is_given) release_child(fixture);
  auto second = std::make_unique<Side>(other, options, fixture.folder() / "notify");
  second->runner->hold(std::move(handed[0]));
  second->runner->adopt(request(spec, 1));
  CHECK(second->notify.path_of(kRun) == path);
  // And the new keeper holds it.
  second.reset();
  other.kill_controller();
  Side third{other, options, fixture.folder() / "notify"};
  third.runner->adopt(request(spec, 1));
  CHECK(third.notify.path_of(kRun) == path);
  release_child(fixture);
  await_says(third, kRun, 2);
  CHECK(third.heard[kRun] == Says{NotifyReady{}, NotifyStatus{"passed"}});
  kill(pid, SIGKILL);
  third.await<runtime::Exited>(kRun);
  CHECK(!std::filesystem::exists(path));
}

TEST_CASE("Sockets that nobody knows are removed, and no others") {
  KeeperFixture fixture;
  const auto folder = fixture.folder() / "notify";
  Side side{fixture, tree_options(fixture)};
  side.runner->start(request(notifying(fixture, {"hold"}), 7));
  side.await<runtime::Spawned>(RunId{7});
  const std::string path = side.notify.path_of(RunId{7});
  std::ofstream{folder / "3.0123456789abcdef"};
  std::ofstream{folder / "7.0123456789abcdef"};
  std::ofstream{folder / "not one of ours"};
  side.notify.remove_leftovers();
  fixture.until([&] { return !std::filesystem::exists(folder / "7.0123456789abcdef"); });
  CHECK(!std::filesystem::exists(folder / "3.0123456789abcdef"));
  CHECK(std::filesystem::exists(folder / "not one of ours"));
  CHECK(std::filesystem::exists(path));
  side.runner->kill_tree(RunId{7});
  side.await<runtime::Exited>(RunId{7});
}
