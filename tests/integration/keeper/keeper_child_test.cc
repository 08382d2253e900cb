// What a program finds when the keeper has started it, and what is told when it could not.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "integration/keeper/keeper_fixture.h"
#include "process/memfd.h"

using namespace mainstay;
using namespace mainstay::test;
using keeper::Stage;

namespace {

std::string run(KeeperFixture& fixture, std::uint64_t token, const process::SpawnRequest& request,
                std::uint32_t flags = keeper::kPipeOut | keeper::kPipeErr) {
  fixture.spawn(token, request, flags);
  return fixture.output_of(token);
}

// Why `request` does not come to run; Stage{} when it does.
keeper::StageFailure failure(KeeperFixture& fixture, std::uint64_t token,
                             const process::SpawnRequest& request) {
  fixture.spawn(token, request);
  return fixture.failure_of(token).value_or(keeper::StageFailure{Stage{}, 0, 0});
}

process::User nobody() {
  process::User user;
  user.uid = 65534;
  user.gid = 65534;
  user.groups = {65534, 12345};
  user.name = "nobody";
  return user;
}

}  // namespace

TEST_CASE("A program starts with clean signals, its own session and nothing inherited") {
  KeeperFixture fixture;
  fixture.become_controller();
  const std::string status = run(fixture, 1, fixture.request({"show", "/proc/self/status"}));
  CHECK(field_of(status, "SigBlk") == "0000000000000000");
  CHECK(field_of(status, "SigIgn") == "0000000000000000");
  const std::string ids = run(fixture, 2, fixture.request({"ids"}));
  CHECK(field_of(ids, "session leader") == "yes");
  CHECK(field_of(ids, "umask") == "022");
  CHECK(field_of(ids, "cwd") == fixture.folder().string());
  CHECK(run(fixture, 3, fixture.request({"env"})) == "PATH=/usr/bin:/bin\n");
}

TEST_CASE("A program has /dev/null and two pipes, and no other descriptor") {
  KeeperFixture fixture;
  fixture.become_controller();
  const std::string fds = run(fixture, 1, fixture.request({"fds"}));
  CHECK(field_of(fds, "0 ->") == "/dev/null");
  CHECK(field_of(fds, "1 ->").starts_with("pipe:"));
  CHECK(field_of(fds, "2 ->").starts_with("pipe:"));
  CHECK(field_of(fds, "1 ->") != field_of(fds, "2 ->"));
  CHECK(fds.find("\n3 ->") == std::string::npos);
  CHECK(std::count(fds.begin(), fds.end(), '\n') == 3);
}

TEST_CASE("A descriptor that is given to a program is its number 3, with a large request too") {
  KeeperFixture fixture;
  fixture.become_controller();
  process::SpawnRequest request = fixture.request({"fds"});
  for (const std::uint64_t token : {1U, 2U}) {
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    const UniqueFd ours{ends[0]};
    const auto bytes = process::encode_request(request);
    REQUIRE(bytes.ok());
    REQUIRE(fixture.client()
                .spawn(token, "test", keeper::kPipeOut, *bytes, {{}, {}, UniqueFd{ends[1]}})
                .ok());
    const std::string fds = fixture.output_of(token);
    CHECK(field_of(fds, "3 ->").starts_with("socket:"));
    CHECK(std::count(fds.begin(), fds.end(), '\n') == 4);
    // The program has ended, and nobody kept a copy.
    char byte = 0;
    CHECK(recv(ours.get(), &byte, 1, 0) == 0);
    request.environment["LARGE"] = std::string(keeper::kMaxInlineRequest, 'x');
  }
}

TEST_CASE("The pipes are open for reading and writing, so that no reader's death raises SIGPIPE") {
  KeeperFixture fixture;
  fixture.become_controller();
  const std::string info = run(fixture, 1, fixture.request({"show", "/proc/self/fdinfo/1"}));
  const std::string flags = field_of(info, "flags");
  REQUIRE(!flags.empty());
  CHECK((std::stoul(flags, nullptr, 8) & O_ACCMODE) == O_RDWR);
  CHECK((std::stoul(flags, nullptr, 8) & O_NONBLOCK) == 0);
}

TEST_CASE("Limits and OOM score are those the keeper was started with, not its own") {
  rlimit ours{};
  getrlimit(RLIMIT_NOFILE, &ours);
  const rlim_t soft = ours.rlim_cur;
  ours.rlim_cur = std::min<rlim_t>(soft, 999);
  setrlimit(RLIMIT_NOFILE, &ours);
  KeeperFixture fixture;
  ours.rlim_cur = soft;
  setrlimit(RLIMIT_NOFILE, &ours);
  fixture.become_controller();
  CHECK(fixture.heard().welcome->files_soft == std::min<rlim_t>(soft, 999));
  const std::string limits = run(fixture, 1, fixture.request({"show", "/proc/self/limits"}));
  CHECK(
      field_of(limits, "Max open files").starts_with(std::to_string(std::min<rlim_t>(soft, 999))));
  const std::string score = run(fixture, 2, fixture.request({"show", "/proc/self/oom_score_adj"}));
  CHECK(score == read_file("/proc/self/oom_score_adj"));
}

TEST_CASE("Declared umask, nice and limits hold, even so few descriptors as three") {
  KeeperFixture fixture;
  fixture.become_controller();
  process::SpawnRequest request = fixture.request({"ids", "show", "/proc/self/limits"});
  request.umask = 027;
  request.nice = 7;
  request.limits = {{RLIMIT_CORE, 0, 0, 0}, {RLIMIT_NOFILE, 0, 64, 64}};
  const std::string text = run(fixture, 1, request);
  CHECK(field_of(text, "umask") == "027");
  CHECK(field_of(text, "nice") == "7");
  CHECK(field_of(text, "Max open files").starts_with("64 "));
  CHECK(field_of(text, "Max core file size").starts_with("0 "));
  process::SpawnRequest tight = fixture.request({"say", "hello"});
  tight.limits = {{RLIMIT_NOFILE, 0, 3, 3}};
  // Too few for the loader of a dynamic program, so what counts is that exec itself was reached.
  fixture.spawn(2, tight);
  CHECK(!fixture.failure_of(2));
}

TEST_CASE("A program may reopen /dev/stdout") {
  KeeperFixture fixture;
  fixture.become_controller();
  CHECK(run(fixture, 1, fixture.request({"reopen", "through the path"})) == "through the path\n");
}

TEST_CASE("Merged output arrives in the order in which it was written") {
  KeeperFixture fixture;
  fixture.become_controller();
  const auto request = fixture.request({"say", "a", "complain", "b", "say", "c"});
  CHECK(run(fixture, 1, request, keeper::kPipeOut | keeper::kMergeErr) == "a\nb\nc\n");
  CHECK(!fixture.heard().runs[1].err);
  CHECK(run(fixture, 2, request, keeper::kPipeErr) == "b\n");
  CHECK(run(fixture, 3, request, 0).empty());
}

TEST_CASE("As another user a program has that user's ids and groups and cannot get more") {
  if (!is_root("users")) return;
  KeeperFixture fixture;
  fixture.become_controller();
  process::SpawnRequest request =
      fixture.request({"ids", "show", "/proc/self/status", "reopen", "mine"});
  request.user = nobody();
  request.no_new_privileges = true;
  const std::string text = run(fixture, 1, request);
  CHECK(field_of(text, "uid") == "65534");
  CHECK(field_of(text, "gid") == "65534");
  CHECK(field_of(text, "groups") == "12345 65534");
  CHECK(field_of(text, "Uid") == "65534\t65534\t65534\t65534");
  CHECK(field_of(text, "NoNewPrivs") == "1");
  CHECK(field_of(text, "CapEff") == "0000000000000000");
  CHECK(text.ends_with("mine\n"));
}

TEST_CASE("The stage that failed and its errno come back") {
  KeeperFixture fixture;
  fixture.become_controller();
  process::SpawnRequest request = fixture.request({});
  SUBCASE("no such program") {
    request.candidates = {"/nowhere/a", "/nowhere/b"};
    const auto told = failure(fixture, 1, request);
    CHECK(told.stage == Stage::Run);
    CHECK(told.error == ENOENT);
  }
  SUBCASE("not executable, and later folders have nothing either") {
    std::ofstream{fixture.folder() / "plain"} << "text";
    request.candidates = {"/nowhere/a", (fixture.folder() / "plain").string(), "/nowhere/b"};
    const auto told = failure(fixture, 1, request);
    CHECK(told.error == EACCES);
    CHECK(told.index == 1);
  }
  SUBCASE("no '#!' line") {
    std::ofstream{fixture.folder() / "script"} << "echo hello\n";
    chmod((fixture.folder() / "script").c_str(), 0755);
    request.candidates = {(fixture.folder() / "script").string()};
    CHECK(failure(fixture, 1, request).error == ENOEXEC);
  }
  SUBCASE("cwd missing") {
    request.cwd = "/nowhere";
    const auto told = failure(fixture, 1, request);
    CHECK(told.stage == Stage::Directory);
    CHECK(told.error == ENOENT);
  }
  SUBCASE("a limit that cannot be") {
    request.limits = {{RLIMIT_CORE, 0, 0, 0}, {RLIMIT_NOFILE, 0, 10, 5}};
    const auto told = failure(fixture, 1, request);
    CHECK(told.stage == Stage::Limits);
    CHECK(told.error == EINVAL);
    CHECK(told.index == 1);
  }
  SUBCASE("a cgroup that is not there") {
    request.cgroups = {"/nowhere/cgroup.procs"};
    CHECK(failure(fixture, 1, request).stage == Stage::Cgroup);
  }
  SUBCASE("another user without being root") {
    if (geteuid() == 0) return;
    request.user = nobody();
    CHECK(failure(fixture, 1, request).error == EPERM);
  }
}

TEST_CASE("A folder on PATH without the program is passed over") {
  KeeperFixture fixture;
  fixture.become_controller();
  process::SpawnRequest request = fixture.request({"say", "found"});
  request.candidates.insert(request.candidates.begin(), "/nowhere/testchild");
  CHECK(run(fixture, 1, request) == "found\n");
}

TEST_CASE("A request that is none hurts only its own child") {
  KeeperFixture fixture;
  fixture.become_controller();
  std::uint64_t token = 0;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{5000}, 2 * keeper::kMaxInlineRequest}) {
    CAPTURE(size);
    REQUIRE(fixture.client().spawn(++token, "test", 0, std::string(size, '\xff')).ok());
    CHECK(fixture.failure_of(token)->stage == Stage::Request);
  }
  fixture.client().spawn(10, "test", 0, UniqueFd{open("/dev/null", O_RDONLY | O_CLOEXEC)});
  CHECK(fixture.failure_of(10)->stage == Stage::Request);
  CHECK(run(fixture, 11, fixture.request({"say", "still here"})) == "still here\n");
}

TEST_CASE("A request may be larger than a packet") {
  KeeperFixture fixture;
  fixture.become_controller();
  for (const std::size_t size :
       {std::size_t{100}, keeper::kMaxInlineRequest, std::size_t{40'000}}) {
    CAPTURE(size);
    const std::string text(size, 'x');
    CHECK(run(fixture, size, fixture.request({"say", text})) == text + "\n");
  }
}
