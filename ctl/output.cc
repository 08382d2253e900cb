#include "ctl/output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace mainstay::ctl {

Status Output::flush() {
  if (fd_ < 0) return {};
  std::string_view left = buffer_;
  while (!left.empty() && !gone_) {
    const ssize_t written = ::write(fd_, left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE || errno == EINTR) {
      // Interrupted while nobody reads: the signal is about to end us, so nothing is owed any more.
      gone_ = errno == EPIPE;
      if (!gone_) break;
    } else if (errno == EAGAIN) {
      // Somebody shares the descriptor and made it non-blocking.
      pollfd waiting{fd_, POLLOUT, 0};
      if (::poll(&waiting, 1, -1) < 0) break;
    } else {
      const int error = errno;
      buffer_.clear();
      return system_error("cannot write the output", error);
    }
  }
  buffer_.erase(0, gone_ ? buffer_.size() : buffer_.size() - left.size());
  return {};
}

}  // namespace mainstay::ctl
