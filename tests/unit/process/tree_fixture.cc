#include "unit/process/tree_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace mainstay::process::testing {

namespace {

void enter_group(int fd) {
  if (fd < 0 || write(fd, "0", 1) != 1) _exit(120);
  close(fd);
}

void enter(const TreePlace& place) {
  if (place.born_in) enter_group(openat(place.born_in.get(), "cgroup.procs", O_WRONLY));
  for (const auto& file : place.enters)
    enter_group(open(file.c_str(), O_WRONLY));
}

}  // namespace

FakeKeeper::FakeKeeper() {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  children_.emplace(loop_, SIGCHLD, [this] { reap(); });
}

FakeKeeper::~FakeKeeper() {
  const Proc proc;
  for (std::vector<int> left; proc.children(getpid(), left) && !left.empty(); left.clear()) {
    for (const int pid : left)
      kill(pid, SIGKILL);
    while (waitpid(-1, nullptr, 0) > 0) {
    }
  }
  children_.reset();
}

FakeKeeper::Run FakeKeeper::fork_child(const TreePlace& place, const std::string& cookie,
                                       const std::vector<std::string>& arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
  const int pid = fork();
  if (pid == 0) {
    enter(place);
    setsid();
    dup2(ends[1], 1);
    signal(SIGCHLD, SIG_DFL);
    std::vector<const char*> argv{MAINSTAY_TREE_CHILD};
    for (const auto& argument : arguments)
      argv.push_back(argument.c_str());
    argv.push_back(nullptr);
    const std::string entry = std::string{kCookieVariable} + "=" + cookie;
    const char* environment[] = {"LANG=C", cookie.empty() ? nullptr : entry.c_str(), nullptr};
    execve(MAINSTAY_TREE_CHILD, const_cast<char**>(argv.data()), const_cast<char**>(environment));
    _exit(121);
  }
  close(ends[1]);
  return {pid, UniqueFd{ends[0]}};
}

FakeKeeper::Run FakeKeeper::spawn(ProcessTrees& trees, const std::string& instance,
                                  const std::vector<std::string>& arguments) {
  const auto place = trees.prepare(instance);
  if (!place) std::abort();
  const auto run = RunId{static_cast<std::uint64_t>(++generation_)};
  return fork_child(*place, trees.cookie(instance, run), arguments);
}

FakeKeeper::Run FakeKeeper::spawn_stranger(const std::vector<std::string>& arguments) {
  return fork_child({}, "", arguments);
}

bool FakeKeeper::run_until(const std::function<bool()>& condition) {
  bool late = false;
  io::Timer guard{loop_, [&] { late = true; }};
  guard.start(std::chrono::seconds{20});
  while (!condition() && !late)
    loop_.run_once(true);
  return condition();
}

int FakeKeeper::next_number(const Run& run) {
  std::string text;
  for (char c = 0; read(run.output.get(), &c, 1) == 1 && c != '\n';)
    text.push_back(c);
  return std::atoi(text.c_str());
}

bool FakeKeeper::reaped(int pid) {
  return std::find(reaped_.begin(), reaped_.end(), pid) != reaped_.end();
}

void FakeKeeper::reap() {
  for (int pid = 0; (pid = waitpid(-1, nullptr, WNOHANG)) > 0;)
    reaped_.push_back(pid);
}

bool is_alive(int pid) {
  const auto stat = Proc{}.stat(pid);
  return stat && stat->alive();
}

std::string unique_state_dir() {
  static int count = 0;
  return "/test/" + std::to_string(getpid()) + "/" + std::to_string(++count);
}

}  // namespace mainstay::process::testing
