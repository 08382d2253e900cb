#include "process/try_program.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"
#include "io/clock.h"
#include "process/start_failure.h"

namespace mainstay::process {

namespace {

constexpr std::size_t kMostOutput = 64 * 1024;

// What the child gets as its descriptors; everything of ours is close-on-exec.
class Actions {
 public:
  Actions() { posix_spawn_file_actions_init(&actions_); }
  ~Actions() { posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;

  // A duplicate beyond all targets first, so that no target is overwritten before it is used, and
  // none is its own source (which would stay close-on-exec).
  void give(int fd, int target) {
    high_.emplace_back(fcntl(fd, F_DUPFD_CLOEXEC, 64));
    posix_spawn_file_actions_adddup2(&actions_, high_.back().get(), target);
  }
  void give_null(int target) {
    posix_spawn_file_actions_addopen(&actions_, target, "/dev/null", O_RDWR, 0);
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }
  // The child has them.
  void let_go() { high_.clear(); }

 private:
  posix_spawn_file_actions_t actions_{};
  std::vector<UniqueFd> high_;
};

class Attributes {
 public:
  Attributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

// Until its end or the deadline; false: the deadline.
bool read_output(int fd, MonoTime deadline, std::string& output) {
  while (true) {
    const auto left = deadline - io::read_clocks().mono;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(left).count();
    pollfd wait{fd, POLLIN, 0};
    const int ready = ms <= 0 ? 0 : poll(&wait, 1, static_cast<int>(ms));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    char piece[4096];
    const ssize_t got = read(fd, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    if (output.size() < kMostOutput) output.append(piece, static_cast<std::size_t>(got));
  }
}

}  // namespace

Result<std::string> try_program(const std::vector<std::string>& words, const std::vector<int>& fds,
                                Duration patience) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return system_error("cannot run " + words[0], errno);
  const UniqueFd reading{ends[0]};
  UniqueFd writing{ends[1]};
  Actions actions;
  actions.give_null(STDIN_FILENO);
  actions.give(writing.get(), STDOUT_FILENO);
  actions.give(writing.get(), STDERR_FILENO);
  for (std::size_t i = 0; i < fds.size(); ++i)
    actions.give(fds[i], static_cast<int>(3 + i));
  std::vector<char*> arguments;
  for (const std::string& word : words)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t pid = -1;
  const Attributes attributes;
  const int error = posix_spawn(&pid, words[0].c_str(), actions.get(), attributes.get(),
                                arguments.data(), environ);
  if (error != 0) return system_error("cannot run " + words[0], error);
  actions.let_go();
  writing.reset();
  std::string output;
  const bool in_time = read_output(reading.get(), io::read_clocks().mono + patience, output);
  if (!in_time) kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!in_time) return Error{words[0] + " did not answer in time"};
  if (status == 0) return output;
  while (output.ends_with('\n'))
    output.pop_back();
  return Error{fmt::format("{} {}: {}", words[0], how_it_ended(status), output)};
}

}  // namespace mainstay::process
