// Finding what a dead supervisor left: real processes that carry a cookie.
#include "process/survivors_linux.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

namespace mainstay::process {

namespace {

// A `sleep` with this cookie, leading a session of its own or not, printing into a pipe.
class Sleeper {
 public:
  explicit Sleeper(const std::string& cookie, bool leads = true, uid_t user = geteuid()) {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
    pipe_.reset(ends[0]);
    const UniqueFd write_end{ends[1]};
    int ready[2];
    REQUIRE(pipe2(ready, O_CLOEXEC) == 0);
    const UniqueFd ready_read{ready[0]};
    const std::string entry = "MAINSTAY_COOKIE=" + cookie;
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) become(entry, leads, user, write_end.get());
    close(ready[1]);
    char byte = 0;
    CHECK(read(ready_read.get(), &byte, 1) == 0);  // its end is closed by exec
  }
  ~Sleeper() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

  int pid() const { return pid_; }
  std::uint64_t start_time() const { return Proc{}.stat(pid_)->start_time; }
  std::uint64_t pipe_inode() const {
    struct stat info {};
    REQUIRE(fstat(pipe_.get(), &info) == 0);
    return info.st_ino;
  }

 private:
  [[noreturn]] static void become(const std::string& entry, bool leads, uid_t user, int out) {
    if (leads) setsid();
    dup2(out, STDOUT_FILENO);
    if (user != geteuid() && setresuid(user, user, user) != 0) _exit(3);
    const char* arguments[] = {"sleep", "1000", nullptr};
    const char* environment[] = {entry.c_str(), nullptr};
    execve("/bin/sleep", const_cast<char**>(arguments), const_cast<char**>(environment));
    _exit(127);
  }

  UniqueFd pipe_;
  pid_t pid_ = -1;
};

std::string fresh_root() {
  static int number = 0;
  return fmt::format("mainstay-test-{}-{}/", getpid(), ++number);
}

}  // namespace

TEST_CASE("a saved run that still lives is found with its pidfd and its pipe") {
  const std::string root = fresh_root();
  const Sleeper sleeper{root + "web:0/7"};
  const SavedRun saved{RunId{7}, "web:0", sleeper.pid(), sleeper.start_time(), sleeper.pipe_inode(),
                       0};
  const Survivors found = find_survivors(Proc{}, root, std::span{&saved, 1});
  REQUIRE(found.runs.size() == 1);
  const KeeperRun& run = found.runs[0];
  CHECK(run.token == 7);
  CHECK(run.label == "web:0");
  CHECK(run.pid == sleeper.pid());
  CHECK((run.flags & keeper::kForeign) != 0);
  REQUIRE(run.out);
  struct stat info {};
  CHECK(fstat(run.out.get(), &info) == 0);
  CHECK(info.st_ino == sleeper.pipe_inode());
  CHECK_FALSE(run.err);
  CHECK(found.strays.empty());
  pollfd ended{run.pidfd.get(), POLLIN, 0};
  CHECK(poll(&ended, 1, 0) == 0);
  kill(sleeper.pid(), SIGKILL);
  CHECK(poll(&ended, 1, 20'000) == 1);
}

TEST_CASE("a pid that another process has by now is not taken for the run") {
  const std::string root = fresh_root();
  const Sleeper sleeper{"somebody else"};
  const SavedRun saved{RunId{7}, "web:0", sleeper.pid(), sleeper.start_time() + 1, 0, 0};
  const Survivors found = find_survivors(Proc{}, root, std::span{&saved, 1});
  CHECK(found.runs.empty());
  CHECK(found.strays.empty());
}

TEST_CASE("a descriptor that the program has redirected since is not read") {
  const std::string root = fresh_root();
  const Sleeper sleeper{root + "web:0/7"};
  const SavedRun saved{
      RunId{7}, "web:0", sleeper.pid(), sleeper.start_time(), sleeper.pipe_inode() + 1, 0};
  const Survivors found = find_survivors(Proc{}, root, std::span{&saved, 1});
  REQUIRE(found.runs.size() == 1);
  CHECK_FALSE(found.runs[0].out);
}

TEST_CASE("a run that was not saved is found by its cookie, its main process by its session") {
  const std::string root = fresh_root();
  const Sleeper helper{root + "web:0/9", false};
  const Sleeper main{root + "web:0/9"};
  const Survivors found = find_survivors(Proc{}, root, {});
  REQUIRE(found.runs.size() == 1);
  CHECK(found.runs[0].pid == main.pid());
  CHECK(found.runs[0].token == 9);
  CHECK(found.runs[0].out);
  CHECK(found.strays.empty());
}

TEST_CASE("what is left of a run without its main process is a stray") {
  const std::string root = fresh_root();
  const Sleeper helper{root + "web:0/9", false};
  const Survivors found = find_survivors(Proc{}, root, {});
  CHECK(found.runs.empty());
  REQUIRE(found.strays.size() == 1);
}

TEST_CASE("cookies of others, and what is no cookie, are left alone") {
  const std::string root = fresh_root();
  const Sleeper other{fresh_root() + "web:0/9"};
  const Sleeper broken{root + "web:0/nine"};
  const Sleeper empty{root};
  const Survivors found = find_survivors(Proc{}, root, {});
  CHECK(found.runs.empty());
  CHECK(found.strays.empty());
}

TEST_CASE("a cookie that another user has forged is not believed") {
  if (geteuid() != 0) {
    MESSAGE("skipped: becoming another user needs root");
    return;
  }
  const std::string root = fresh_root();
  const Sleeper forged{root + "web:0/9", true, 65534};
  const Survivors found = find_survivors(Proc{}, root, {});
  CHECK(found.runs.empty());
  CHECK(found.strays.empty());
}

}  // namespace mainstay::process
