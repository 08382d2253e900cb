#include "process/sock_diag_linux.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "base/fd.h"

namespace mainstay::process {

namespace {

constexpr unsigned kListenState =
    10;  // TCP_LISTEN; netinet/tcp.h and the kernel's headers do not go together

struct Request {
  nlmsghdr header;
  inet_diag_req_v2 body;
};

bool ask(int netlink, int family) {
  Request request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.body.sdiag_family = static_cast<std::uint8_t>(family);
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_states = 1U << kListenState;
  return send(netlink, &request, sizeof request, 0) == static_cast<ssize_t>(sizeof request);
}

enum class Answer { More, Done, Failed };

// One datagram: a row of messages, each a header and, for a socket, an inet_diag_msg.
Answer take(std::span<const char> datagram, std::vector<ListeningSocket>& out) {
  while (datagram.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header;
    std::memcpy(&header, datagram.data(), sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size())
      return Answer::Failed;
    if (header.nlmsg_type == NLMSG_DONE) return Answer::Done;
    if (header.nlmsg_type == NLMSG_ERROR) return Answer::Failed;
    if (header.nlmsg_len >= NLMSG_HDRLEN + sizeof(inet_diag_msg)) {
      inet_diag_msg socket;
      std::memcpy(&socket, datagram.data() + NLMSG_HDRLEN, sizeof socket);
      out.push_back(
          {socket.idiag_inode, ntohs(socket.id.idiag_sport), PortProtocol::Tcp, socket.idiag_uid});
    }
    datagram =
        datagram.subspan(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), datagram.size()));
  }
  return Answer::More;
}

bool dump(int netlink, int family, std::vector<ListeningSocket>& out) {
  if (!ask(netlink, family)) return false;
  alignas(nlmsghdr) std::array<char, 16384> buffer;
  for (;;) {
    const ssize_t n = recv(netlink, buffer.data(), buffer.size(), 0);
    if (n <= 0) return false;
    switch (take({buffer.data(), static_cast<std::size_t>(n)}, out)) {
      case Answer::More:
        break;
      case Answer::Done:
        return true;
      case Answer::Failed:
        return false;
    }
  }
}

}  // namespace

bool append_tcp_listeners(std::vector<ListeningSocket>& out) {
  const UniqueFd netlink{socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)};
  if (!netlink) return false;
  // The kernel answers within send(2); this is only so that nothing can ever hang a worker.
  const timeval patience{1, 0};
  setsockopt(netlink.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const auto before = out.size();
  if (dump(netlink.get(), AF_INET, out) && dump(netlink.get(), AF_INET6, out)) return true;
  out.resize(before);
  return false;
}

}  // namespace mainstay::process
