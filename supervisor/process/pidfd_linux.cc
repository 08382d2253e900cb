#include "process/pidfd_linux.h"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mainstay::process {

UniqueFd open_pidfd(int pid) {
  return UniqueFd{static_cast<int>(syscall(SYS_pidfd_open, pid, 0))};
}

bool signal_pidfd(int pidfd, int number) {
  return syscall(SYS_pidfd_send_signal, pidfd, number, nullptr, 0) == 0;
}

bool signal_exactly(const Proc& proc, int pid, std::uint64_t start_time, int number) {
  const UniqueFd held = open_pidfd(pid);
  if (!held) return false;
  // If this still reads the same start time, the pidfd opened before names that process.
  const auto stat = proc.stat(pid);
  if (!stat || stat->start_time != start_time) return false;
  if (!signal_pidfd(held.get(), number)) return false;
  if (wakes_the_stopped(number)) signal_pidfd(held.get(), SIGCONT);
  return true;
}

bool wakes_the_stopped(int number) {
  return number != 0 && number != SIGKILL && number != SIGSTOP && number != SIGTSTP &&
         number != SIGTTIN && number != SIGTTOU && number != SIGCONT;
}

}  // namespace mainstay::process
