#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "io/stream.h"

namespace mainstay::io {

namespace {

// Of a listener that can neither accept nor shed.
constexpr Duration kRest = std::chrono::milliseconds{100};

// Nobody waits, or whoever waited is gone: accept(2) hands over what the network had to say of a
// connection before it was taken.
bool is_over(int error) {
  constexpr std::array kErrors{EAGAIN,     EINTR,       ECONNABORTED, EPERM,  EPROTO,
                               ENETDOWN,   ENOPROTOOPT, EHOSTDOWN,    ENONET, EHOSTUNREACH,
                               EOPNOTSUPP, ENETUNREACH, ETIMEDOUT};
  return std::ranges::find(kErrors, error) != kErrors.end();
}

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Listener::Listener(Loop& loop, UniqueFd fd, std::function<void(UniqueFd)> on_connection)
    : fd_(std::move(fd)),
      reserve_(open("/dev/null", O_RDONLY | O_CLOEXEC)),
      on_connection_(std::move(on_connection)),
      watch_(loop, fd_.get(), [this](int) { accept_all(); }),
      rested_(loop, [this] { watch_.want(kReadable); }) {
  watch_.want(kReadable);
}

Listener::~Listener() = default;

void Listener::accept_all() {
  // At most a handful per turn, so that a flood of connections cannot starve the rest of the loop.
  for (int i = 0; i < 16; ++i) {
    UniqueFd accepted{accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (accepted) {
      on_connection_(std::move(accepted));
      continue;
    }
    if (is_over(errno)) return;
    if (!is_shortage(errno) || !shed_one()) {
      rest();
      return;
    }
  }
}

void Listener::rest() {
  watch_.pause();
  rested_.start(kRest);
}

bool Listener::shed_one() {
  reserve_.reset();
  const UniqueFd shed{accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  const bool done = static_cast<bool>(shed);
  reserve_.reset(open("/dev/null", O_RDONLY | O_CLOEXEC));
  return done;
}

}  // namespace mainstay::io
