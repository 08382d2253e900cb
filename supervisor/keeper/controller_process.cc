#include "keeper/controller_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>

#include "keeper/say.h"
#include "keeper/table.h"

namespace mainstay::keeper {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kPauses[] = {0, kSecond / 10, kSecond, 5 * kSecond};

bool is_traced(int pid) {
  char path[32];
  char text[2048];
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const ssize_t size = read(fd, text, sizeof text - 1);
  close(fd);
  text[size > 0 ? size : 0] = 0;
  const char* line = strstr(text, "\nTracerPid:");
  return line != nullptr && atoi(line + 11) != 0;
}

}  // namespace

void ControllerProcess::become_controller(int socket) {
  // A session of its own: a Ctrl-C on our terminal is for us to pass on in our own way.
  setsid();
  restore_oom_score(inherited_);
  unblock_signals();
  fcntl(socket, F_SETFD, 0);
  snprintf(command_.fd_argument, kFdArgumentBytes, "--keeper-fd=%d", socket);
  const bool first = generation_ == 1;
  if (first && command_.ready_fd >= 0) fcntl(command_.ready_fd, F_SETFD, 0);
  char** environment = first ? command_.first_environment : command_.environment;
  if (command_.program_fd >= 0) {
    fexecve(command_.program_fd, command_.arguments, environment);
  } else {
    execve(command_.path, command_.arguments, environment);
  }
  const int error = errno;
  say("cannot run the controller %s: %s", command_.path, strerror(error));
  if (first && command_.ready_fd >= 0) {
    dprintf(command_.ready_fd, "error: cannot run the controller %s: %s\n", command_.path,
            strerror(error));
  }
  _exit(127);
}

bool ControllerProcess::start(std::int64_t now, int& socket) {
  int ends[2];
  pid_t pid = -1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0) {
    ++generation_;
    pid = fork();
    if (pid == 0) become_controller(ends[1]);
    close(ends[1]);
    if (pid < 0) close(ends[0]);
  }
  if (pid < 0) {
    say("cannot start the controller: %s; trying again in 5 s", strerror(errno));
    start_at_ = now + 5 * kSecond;
    return false;
  }
  drop_fd(command_.ready_fd);
  socket = ends[0];
  pid_ = pid;
  started_at_ = now;
  aborted_ = false;
  return true;
}

void ControllerProcess::crashed(int status, std::int64_t now) {
  ended();
  count_crash(now);
  const std::size_t step = std::min<std::size_t>(crashes_ - 1, std::size(kPauses) - 1);
  const std::int64_t pause = command_.at_once ? 0 : kPauses[step];
  start_at_ = now + pause;
  const bool by_signal = WIFSIGNALED(status);
  say("the controller ended with %s %d; services go on; starting it again in %.1f s",
      by_signal ? "signal" : "code", by_signal ? WTERMSIG(status) : WEXITSTATUS(status),
      static_cast<double>(pause) / 1e9);
  const std::int64_t fifth_last = recent_crashes_[crashes_ % 5];
  if (crashes_ >= 5 && fifth_last > now - 60 * kSecond) {
    say("THE CONTROLLER CRASHES AGAIN AND AGAIN (%u times): services run, but nobody watches them "
        "and "
        "their output is not read; trying every 5 s; see the lines above for why",
        crashes_);
  }
}

void ControllerProcess::count_crash(std::int64_t now) {
  if (now - started_at_ > 60 * kSecond) crashes_ = 0;
  recent_crashes_[crashes_++ % 5] = now;
}

bool ControllerProcess::end_hung() {
  if (is_traced(pid_)) return false;
  say("the controller (pid %d) gives no sign of life; ending it with %s", pid_,
      aborted_ ? "KILL" : "ABRT");
  kill(pid_, aborted_ ? SIGKILL : SIGABRT);
  kill(pid_, SIGCONT);
  aborted_ = true;
  return true;
}

}  // namespace mainstay::keeper
