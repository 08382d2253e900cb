#include "keeper/fd_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <initializer_list>

namespace mainstay::keeper {

namespace {

constexpr int kFirst = 3;        // SD_LISTEN_FDS_START
constexpr long kMostFds = 4096;  // no sane manager passes more

// How many are for this process; 0: none.
long count_for_us() {
  const char* pid = getenv("LISTEN_PID");
  const char* count = getenv("LISTEN_FDS");
  if (pid == nullptr || count == nullptr || strtol(pid, nullptr, 10) != getpid()) return 0;
  const long number = strtol(count, nullptr, 10);
  return number > 0 && number <= kMostFds ? number : 0;
}

void take(Left& left, const char* name, std::size_t size, int fd) {
  for (int i = 0; i < kMostLeft; ++i) {
    const bool ours = strlen(kLeftNames[i]) == size && strncmp(kLeftNames[i], name, size) == 0;
    if (ours && left.fds[i] < 0 && fcntl(fd, F_GETFD) >= 0) left.fds[i] = fd;
  }
}

}  // namespace

Left take_left() {
  Left left;
  const char* names = getenv("LISTEN_FDNAMES");
  const long count = names == nullptr ? 0 : count_for_us();
  for (int i = 0; i < count; ++i) {
    const std::size_t size = strcspn(names, ":");
    take(left, names, size, kFirst + i);
    names += size;
    if (*names == 0) break;
    ++names;
  }
  for (const char* variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
    unsetenv(variable);
  return left;
}

}  // namespace mainstay::keeper
