#include "keeper/controller_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "keeper/say.h"
#include "keeper/table.h"

namespace mainstay::keeper {

namespace {

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
  set_mode_argument(started_at_);
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

// What a controller that follows many crashes is told. In the child: nothing of it stays behind.
void ControllerProcess::set_mode_argument(std::int64_t now) const {
  static char text[64];
  if (crash_loop_.drains()) {
    const std::int64_t left = (crash_loop_.drains_until() - now) / kSecondNs;
    snprintf(text, sizeof text, "--drain=%u,%lld", crash_loop_.crashes(),
             static_cast<long long>(left));
  } else if (crash_loop_.on_trial()) {
    snprintf(text, sizeof text, "--after-drain=%u", crash_loop_.crashes());
  } else {
    return;
  }
  *command_.mode_argument = text;
}

bool ControllerProcess::start(std::int64_t now, int& socket) {
  int ends[2];
  pid_t pid = -1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0) {
    ++generation_;
    started_at_ = now;
    pid = fork();
    if (pid == 0) become_controller(ends[1]);
    close(ends[1]);
    if (pid < 0) close(ends[0]);
  }
  if (pid < 0) {
    say("cannot start the controller: %s; trying again in 5 s", strerror(errno));
    start_at_ = now + 5 * kSecondNs;
    return false;
  }
  drop_fd(command_.ready_fd);
  socket = ends[0];
  pid_ = pid;
  aborted_ = false;
  return true;
}

void ControllerProcess::crashed(int status, std::int64_t now) {
  ended();
  const bool drained = crash_loop_.drains();
  start_at_ = crash_loop_.crashed(started_at_, now);
  say_crash(status, now);
  if (!crash_loop_.drains()) return;
  const double left = static_cast<double>(crash_loop_.drains_until() - now) / 1e9;
  if (drained) {
    say("THE CONTROLLER CRASHES IN DRAIN MODE, TOO: services run, but nobody watches them and "
        "their output is not read; install a version that works");
  } else {
    say("THE CONTROLLER CRASHES AGAIN AND AGAIN (%u times): drain mode for %.0f s; services run "
        "and "
        "their output is read, but nothing is started or stopped; see the lines above for why",
        crash_loop_.crashes(), left);
  }
}

void ControllerProcess::say_crash(int status, std::int64_t now) const {
  const bool by_signal = WIFSIGNALED(status);
  say("the controller ended with %s %d%s; services go on; starting it again in %.1f s",
      by_signal ? "signal" : "code", by_signal ? WTERMSIG(status) : WEXITSTATUS(status),
      by_signal && WCOREDUMP(status) ? " (core dumped)" : "",
      static_cast<double>(start_at_ - now) / 1e9);
}

void ControllerProcess::end_drain() {
  crash_loop_.try_again();
  start_at_ = 0;
  if (pid_ == 0) return;
  retired_ = true;
  kill(pid_, SIGKILL);
}

bool ControllerProcess::take_retired() {
  return std::exchange(retired_, false);
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
