#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "ctl/process_watch.h"
#include "io/clock.h"

namespace mainstay::ctl {

ProcessWatch::ProcessWatch(int pid) {
  // glibc 2.36 declares pidfd_open(2), older ones do not.
  fd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  gone_ = !fd_;
}

bool ProcessWatch::terminate() const {
  return gone_ || ::syscall(SYS_pidfd_send_signal, fd_.get(), SIGTERM, nullptr, 0) == 0 ||
         errno == ESRCH;
}

bool ProcessWatch::wait_until_gone(Duration patience, int interrupt_fd) const {
  if (gone_) return true;
  const bool forever = patience == Duration::max();
  const MonoTime deadline = forever ? MonoTime{} : io::read_clocks().mono + patience;
  for (;;) {
    std::array<pollfd, 2> watched{pollfd{fd_.get(), POLLIN, 0}, pollfd{interrupt_fd, POLLIN, 0}};
    const Duration left = std::max(Duration{0}, deadline - io::read_clocks().mono);
    const auto ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    const int ready = ::poll(watched.data(), watched.size(),
                             forever ? -1 : static_cast<int>(std::min<std::int64_t>(ms, 1 << 30)));
    if (ready < 0 && errno == EINTR) continue;
    return ready > 0 && watched[0].revents != 0;
  }
}

}  // namespace mainstay::ctl
