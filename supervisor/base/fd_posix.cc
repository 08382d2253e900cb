#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"

namespace mainstay {

void UniqueFd::reset(int fd) {
  // A descriptor often goes out of scope right before its caller looks at errno.
  const int saved = errno;
  if (fd_ >= 0) close(fd_);
  errno = saved;
  fd_ = fd;
}

UniqueFd duplicate(int fd) {
  return UniqueFd{fcntl(fd, F_DUPFD_CLOEXEC, 3)};
}

}  // namespace mainstay
