#include <unistd.h>

#include "base/fd.h"

namespace mainstay {

void UniqueFd::reset(int fd) {
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
}

}  // namespace mainstay
