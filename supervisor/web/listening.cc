#include "web/listening.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "checks/address.h"

namespace mainstay::web {

namespace {

constexpr int kBacklog = 1024;

bool is_not_of_this_machine(const Error& why) {
  return why.code == EAFNOSUPPORT || why.code == EADDRNOTAVAIL;
}

Result<UniqueFd> listen_on(const io::SocketAddress& address, bool only_ipv6) {
  const auto failed = [&address](int number) {
    Error why = system_error("cannot listen on " + checks::to_text(address), number);
    if (number == EACCES) why.message += "; ports below 1024 need root";
    return why;
  };
  UniqueFd fd{socket(address.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!fd) return failed(errno);
  const int on = 1;
  const int only = only_ipv6 ? 1 : 0;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (address.bytes.ss_family == AF_INET6)
    setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
  const auto* at = reinterpret_cast<const sockaddr*>(&address.bytes);
  if (bind(fd.get(), at, address.size) != 0 || listen(fd.get(), kBacklog) != 0)
    return failed(errno);
  return fd;
}

}  // namespace

Result<std::vector<UniqueFd>> listen_on(std::span<const io::SocketAddress> addresses) {
  const bool has_ipv4 = std::ranges::any_of(
      addresses, [](const auto& one) { return one.bytes.ss_family == AF_INET; });
  std::vector<UniqueFd> sockets;
  Error last{"there is no address to listen on"};
  for (const auto& address : addresses) {
    auto made = listen_on(address, has_ipv4);
    if (made) {
      sockets.push_back(std::move(*made));
      continue;
    }
    last = made.error();
    if (!is_not_of_this_machine(last)) return last;
  }
  if (sockets.empty()) return last;
  return sockets;
}

}  // namespace mainstay::web
