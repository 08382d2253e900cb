#include "ctl/interrupts.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "ctl/screen.h"

namespace mainstay::ctl {

namespace {

// A signal handler can reach nothing else.
volatile std::sig_atomic_t g_signal = 0;
volatile std::sig_atomic_t g_ended_fd = -1;
volatile std::sig_atomic_t g_resized_fd = -1;

constexpr std::array kEnding = {SIGINT, SIGTERM, SIGHUP};

void wake(int fd) {
  const char byte = 0;
  // A full pipe wakes as well as a written one.
  static_cast<void>(!::write(fd, &byte, 1));
}

extern "C" void on_ending(int number) {
  const int saved = errno;
  if (g_signal != 0) {
    restore_terminal_now();
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
  g_signal = number;
  wake(g_ended_fd);
  errno = saved;
}

extern "C" void on_resized(int) {
  const int saved = errno;
  wake(g_resized_fd);
  errno = saved;
}

// Ctrl-Z: the shell gets a clean terminal, and fg draws the screen anew.
extern "C" void on_suspend(int) {
  const int saved = errno;
  restore_terminal_now();
  ::raise(SIGSTOP);
  take_terminal_again();
  wake(g_resized_fd);
  errno = saved;
}

void make_pipe(UniqueFd (&ends)[2]) {
  int fds[2];
  // Without descriptors left nothing of ctl works; signals then keep their default action's place.
  if (::pipe2(fds, O_CLOEXEC | O_NONBLOCK) != 0) return;
  ends[0].reset(fds[0]);
  ends[1].reset(fds[1]);
}

void handle(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  // No SA_RESTART: a write that nobody reads must give way to Ctrl-C.
  ::sigaction(number, &action, nullptr);
}

}  // namespace

Interrupts::Interrupts() {
  make_pipe(ended_);
  make_pipe(resized_);
  g_signal = 0;
  g_ended_fd = ended_[1].get();
  g_resized_fd = resized_[1].get();
  for (const int number : kEnding)
    handle(number, on_ending);
  handle(SIGWINCH, on_resized);
  handle(SIGTSTP, on_suspend);
  std::signal(SIGPIPE, SIG_IGN);
}

Interrupts::~Interrupts() {
  for (const int number : kEnding)
    std::signal(number, SIG_DFL);
  for (const int number : {SIGWINCH, SIGTSTP, SIGPIPE})
    std::signal(number, SIG_DFL);
  g_ended_fd = -1;
  g_resized_fd = -1;
}

void Interrupts::take_resized() {
  std::array<char, 64> bytes;
  while (::read(resized_[0].get(), bytes.data(), bytes.size()) > 0) {
  }
}

bool Interrupts::pause() const {
  constexpr int kPauseMs = 50;
  pollfd interrupt{fd(), POLLIN, 0};
  return poll(&interrupt, 1, kPauseMs) <= 0;
}

int Interrupts::signal() const {
  return g_signal;
}

void Interrupts::die() const {
  std::signal(g_signal, SIG_DFL);
  std::raise(g_signal);
  // Only a blocked signal gets here; the shell's convention for it is the next best thing.
  ::_exit(128 + g_signal);
}

}  // namespace mainstay::ctl
