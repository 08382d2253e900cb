// What services say of themselves, on real sockets: what is heard, what is refused, and who is held
// up by whom.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "integration/keeper/notify_side.h"
#include "io/clock.h"

using namespace mainstay;
using namespace mainstay::model;
using namespace mainstay::test;

namespace {

// As somebody who found out the path would.
bool send_to(const std::string& path, const std::string& text) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const UniqueFd fd{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  return sendto(fd.get(), text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address),
                sizeof address) >= 0;
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all{"/proc/self/fd"};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

bool is_there(const char* program, const char* package) {
  if (access(program, X_OK) == 0) return true;
  MESSAGE("skipped: there is no ", std::string{program}, " (package ", std::string{package}, ")");
  return false;
}

}  // namespace

TEST_CASE("What a service says arrives in order, and before its end does") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  const auto spec =
      notifying(fixture, {"notify", "STATUS=warming up", "notify", "READY=1\nSTATUS=up", "notify",
                          "RELOADING=1", "notify", "READY=1", "notify", "WATCHDOG=1", "notify",
                          "STOPPING=1\nERRNO=2"});
  CHECK(says_of(side, spec) == Says{NotifyStatus{"warming up"}, NotifyReady{}, NotifyStatus{"up"},
                                    NotifyReloading{}, NotifyReady{}, NotifyWatchdog{},
                                    NotifyStopping{}, NotifyErrno{2}});
  REQUIRE(side.events.size() == 2);
  CHECK(side.said_after[kRun] == 1);  // Spawned
  CHECK(side.notices.empty());
}

TEST_CASE("A service is told where to notify and how often, and others are told nothing") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
  auto spec = service(fixture, {"env"});
  spec.inherit_env.all = true;
  CHECK(says_of(side, spec).empty());
  unsetenv("NOTIFY_SOCKET");
  CHECK(side.output.text[kRun].find("NOTIFY_SOCKET") == std::string::npos);

  spec.health.push_back({});
  spec.health[0].probe = HeartbeatProbe{std::chrono::milliseconds{2500}};
  side.runner->start(request(spec, 2));
  const std::string path = side.notify.path_of(RunId{2});
  side.await<runtime::Exited>(RunId{2});
  const std::string& text = side.output.text[RunId{2}];
  CHECK(path.starts_with((fixture.folder() / "notify" / "2.").string()));
  CHECK(text.find("NOTIFY_SOCKET=" + path + "\n") != std::string::npos);
  CHECK(text.find("WATCHDOG_USEC=2500000\n") != std::string::npos);
  CHECK(text.find("WATCHDOG_PID") == std::string::npos);
  CHECK(!std::filesystem::exists(path));  // gone with its run
}

TEST_CASE("Programs of other people's making are understood") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  auto spec = notifying(fixture, {});
  SUBCASE("systemd-notify, which sends and is gone") {
    if (!is_there("/usr/bin/systemd-notify", "systemd")) return;
    run_in_shell(spec, "systemd-notify --ready --status='from a shell'");
    const Says all = says_of(side, spec);
    CHECK(std::count(all.begin(), all.end(), Notification{NotifyReady{}}) == 1);
    CHECK(std::count(all.begin(), all.end(), Notification{NotifyStatus{"from a shell"}}) == 1);
    CHECK(side.notices.empty());
  }
  SUBCASE("dbus-daemon") {
    if (!is_there("/usr/bin/dbus-daemon", "dbus-daemon")) return;
    spec.command.argv = {{"/usr/bin/dbus-daemon"},
                         {"--session"},
                         {"--nofork"},
                         {"--nopidfile"},
                         {"--address=unix:path=" + (fixture.folder() / "bus").string()}};
    side.runner->start(request(spec, 1));
    await_says(side, kRun, 1);
    CHECK(side.heard[kRun][0] == Notification{NotifyReady{}});
    CHECK(std::filesystem::exists(fixture.folder() / "bus"));
    side.runner->kill_tree(kRun);
    side.await<runtime::Exited>(kRun);
  }
}

TEST_CASE("A sender that is gone is trusted by its user, whoever lives must be of the tree") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  side.records = false;
  const auto spec = notifying(fixture, {"notify-vanish", "READY=1", "hold"});
  side.runner->start(request(spec, 1));
  await_says(side, kRun, 1);
  CHECK(side.heard[kRun] == Says{NotifyReady{}});

  // We are alive, of the same user, and no process of the service.
  const std::string path = side.notify.path_of(kRun);
  side.records = true;
  CHECK(send_to(path, "STOPPING=1"));
  fixture.until([&] { return !side.notices.empty(); });
  CHECK(side.notices[0] == "a notification for backend from pid " + std::to_string(getpid()) +
                               " of user " + std::to_string(geteuid()) +
                               " is ignored: that is no process of it");
  CHECK(send_to(path, "STOPPING=1"));
  side.runner->kill_tree(kRun);
  side.await<runtime::Exited>(kRun);
  CHECK(side.heard[kRun].size() == 1);
  CHECK(side.notices.size() == 1);  // said once
}

TEST_CASE("Another user's message counts for nothing, even when its sender is gone") {
  if (!is_root("messages of another user")) return;
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  side.runner->start(request(notifying(fixture, {"hold"}), 1));
  side.await<runtime::Spawned>(kRun);
  const std::string path = side.notify.path_of(kRun);
  const pid_t child = fork();
  if (child == 0) _exit(setresuid(65534, 65534, 65534) == 0 && send_to(path, "READY=1") ? 0 : 1);
  int status = -1;
  waitpid(child, &status, 0);
  CHECK(status == 0);  // root's services may give up their rights, so the socket is open to all
  fixture.until([&] { return has_notice(side, "of user 65534 is ignored"); });
  side.runner->kill_tree(kRun);
  side.await<runtime::Exited>(kRun);
  CHECK(side.heard[kRun].empty());
}

TEST_CASE("A service of another user reaches its socket, or is told why not") {
  if (!is_root("a service of another user")) return;
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  auto spec = notifying(fixture, {"notify", "READY=1", "notify-vanish", "STATUS=x"});
  spec.user = "nobody";
  CHECK(says_of(side, spec) == Says{NotifyReady{}, NotifyStatus{"x"}});

  chmod(fixture.folder().c_str(), 0700);
  side.runner->start(request(spec, 2));
  const std::string why = side.await<runtime::StartFailed>(RunId{2}).failure.message;
  CHECK(why.starts_with("cannot start backend: cannot make the notification socket "));
  CHECK(why.ends_with("user 'nobody' may not pass through " + fixture.folder().string() +
                      "; make it searchable (chmod o+x) or choose another --socket"));
  side.runner->release(RunId{2});
}

TEST_CASE("A path that is too long for a socket is said") {
  KeeperFixture fixture;
  const auto folder = fixture.folder() / std::string(90, 'n');
  Side side{fixture, tree_options(fixture), folder};
  side.runner->start(request(notifying(fixture, {"hold"}), 1));
  const std::string why = side.await<runtime::StartFailed>(kRun).failure.message;
  CHECK(why.find("at most 107 are possible; choose a shorter --socket") != std::string::npos);
}

TEST_CASE("Nonsense is dropped and said once, and what follows it is heard") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  const auto spec = notifying(
      fixture, {"notify", "", "notify-bytes", "4096", "notify-bytes", "4097", "notify-bytes",
                "60000", "notify", "MAINPID=nobody\nSTATUS=1", "notify", "WATCHDOG=\x1b[31m",
                "notify", "MAINPID=1", "notify-main", "notify", "READY=1", "hold"});
  side.runner->start(request(spec, 1));
  await_says(side, kRun, 3);
  const Says& all = side.heard[kRun];
  CHECK(all[0] == Notification{NotifyStatus{"1"}});
  CHECK(all[1] == Notification{NotifyMainPid{side.find<runtime::Spawned>(kRun)->pid}});
  CHECK(all[2] == Notification{NotifyReady{}});
  REQUIRE(side.notices.size() == 3);
  CHECK(side.notices[0] == "a notification of backend is ignored: it is longer than 4096 bytes");
  CHECK(side.notices[1] ==
        "a line of a notification of backend is ignored: 'MAINPID=nobody' makes no sense");
  CHECK(
      side.notices[2] ==
      "backend says that 1 is its main process (MAINPID), which is ignored: that is no process of "
      "it");
  side.runner->kill_tree(kRun);
  side.await<runtime::Exited>(kRun);
  CHECK(all.size() == 3);
}

TEST_CASE("Descriptors that come along never reach us, and a barrier falls when all is heard") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  side.runner->start(request(
      notifying(fixture,
                {"notify-with", "253", "FDSTORE=1\nFDNAME=a", "notify-with", "20", "STATUS=x",
                 "notify-barrier", "touch", "passed", "notify", "STATUS=passed", "hold"}),
      1));
  side.records = false;
  fixture.until([&] { return !side.notices.empty(); });
  const std::size_t before = open_descriptors();
  side.notify.acknowledge();
  await_says(side, kRun, 1);
  CHECK(open_descriptors() == before);
  CHECK(!std::filesystem::exists(fixture.folder() / "passed"));  // STATUS is not acknowledged yet
  side.records = true;
  await_says(side, kRun, 2);
  CHECK(side.heard[kRun] == Says{NotifyStatus{"x"}, NotifyStatus{"passed"}});
  CHECK(open_descriptors() == before);
  CHECK(side.notices ==
        std::vector<std::string>{"backend asks to keep descriptors (FDSTORE=1), which "
                                 "is not possible; they are closed"});
  side.runner->kill_tree(kRun);
  side.await<runtime::Exited>(kRun);
}

TEST_CASE("A flood is slowed down, and holds up nobody else") {
  KeeperFixture fixture;
  Side side{fixture, tree_options(fixture)};
  const auto flood = notifying(fixture, {"notify-flood", "1000000"});
  auto calm = notifying(fixture, {"notify", "READY=1", "hold"});
  calm.name = "calm";
  const MonoTime begin = io::read_clocks().mono;
  side.runner->start(request(flood, 1));
  await_says(side, kRun, 500);
  side.runner->start(request(calm, 2));
  await_says(side, RunId{2}, 1);
  const auto stretches =
      static_cast<std::size_t>((io::read_clocks().mono - begin) / std::chrono::milliseconds{50});
  CHECK(side.heard[kRun].size() <= 64 * (stretches + 2));
  // None is lost and none comes twice.
  for (std::size_t i = 0; i < side.heard[kRun].size(); ++i)
    REQUIRE(side.heard[kRun][i] == Notification{NotifyStatus{std::to_string(i)}});
  for (const std::uint64_t run : {1U, 2U}) {
    side.runner->kill_tree(RunId{run});
    side.await<runtime::Exited>(RunId{run});
  }
}
