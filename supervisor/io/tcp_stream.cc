#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <uv.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <utility>

#include "io/stream.h"
#include "io/stream_handle.h"

namespace mainstay::io {

namespace {

constexpr unsigned kKeepAliveSeconds = 60;

std::string text_of(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(family, address, text.data(), text.size()) != nullptr ? text.data() : "";
}

PeerAddress v4(in_addr address, in_port_t port) {
  const bool loopback = (ntohl(address.s_addr) >> 24) == IN_LOOPBACKNET;
  std::string text = text_of(AF_INET, &address);
  return {text, ntohs(port), loopback, text};
}

PeerAddress v6(const sockaddr_in6& peer) {
  if (IN6_IS_ADDR_V4MAPPED(&peer.sin6_addr)) {
    in_addr inner{};
    std::memcpy(&inner, &peer.sin6_addr.s6_addr[12], sizeof inner);
    return v4(inner, peer.sin6_port);
  }
  in6_addr network = peer.sin6_addr;
  std::memset(&network.s6_addr[8], 0, 8);
  return {text_of(AF_INET6, &peer.sin6_addr), ntohs(peer.sin6_port),
          IN6_IS_ADDR_LOOPBACK(&peer.sin6_addr) != 0, text_of(AF_INET6, &network)};
}

}  // namespace

Result<PeerAddress> peer_address_of(int fd) {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0)
    return system_error("cannot tell who is at the other end of a connection", errno);
  if (peer.ss_family == AF_INET) {
    const auto& known = reinterpret_cast<const sockaddr_in&>(peer);
    return v4(known.sin_addr, known.sin_port);
  }
  if (peer.ss_family == AF_INET6) return v6(reinterpret_cast<const sockaddr_in6&>(peer));
  return Error{"the other end of a connection has no internet address", EAFNOSUPPORT};
}

TcpStream::TcpStream(Loop& loop, UniqueFd fd) : Stream(new Handle) {
  uv_tcp_t* tcp = &handle_->uv.tcp;
  uv_tcp_init(loop.raw(), tcp);
  handle_->uv.any.data = handle_;
  const int status = uv_tcp_open(tcp, fd.release());
  assert(status == 0);
  static_cast<void>(status);
  // Either fails only for a connection that is gone, which reading tells.
  uv_tcp_nodelay(tcp, 1);
  uv_tcp_keepalive(tcp, 1, kKeepAliveSeconds);
}

void TcpStream::set_send_buffer(int bytes) {
  setsockopt(fd(), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

void TcpStream::drop_unsent_at_close() {
  const linger at_once{1, 0};
  setsockopt(fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

Result<PeerAddress> TcpStream::peer_address() const {
  return peer_address_of(fd());
}

}  // namespace mainstay::io
