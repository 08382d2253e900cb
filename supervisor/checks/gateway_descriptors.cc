#include "checks/gateway_descriptors.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace mainstay::checks {

namespace {

// Of one message, aligned as CMSG_FIRSTHDR(3) wants it.
struct Ancillary {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kMaxGatewayDescriptors * sizeof(int))> bytes{};
};

std::vector<UniqueFd> descriptors_in(msghdr& message) {
  std::vector<UniqueFd> out;
  for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr;
       head = CMSG_NXTHDR(&message, head)) {
    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(head) + i * sizeof fd, sizeof fd);
      out.emplace_back(fd);
    }
  }
  return out;
}

}  // namespace

Status send_gateway_descriptors(int socket, std::span<const UniqueFd> descriptors) {
  if (descriptors.size() > kMaxGatewayDescriptors)
    return Error{"too many descriptors for the gateway"};
  char number = static_cast<char>(descriptors.size());
  iovec bytes{&number, 1};
  Ancillary ancillary;
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = ancillary.bytes.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
      const int fd = descriptors[i].get();
      std::memcpy(CMSG_DATA(head) + i * sizeof fd, &fd, sizeof fd);
    }
  }
  if (sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) == 1) return {};
  return system_error("cannot hand descriptors to the gateway", errno);
}

Result<std::vector<UniqueFd>> take_gateway_descriptors(int socket) {
  char number = 0;
  iovec bytes{&number, 1};
  Ancillary ancillary;
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = ancillary.bytes.data();
  message.msg_controllen = ancillary.bytes.size();
  ssize_t got = 0;
  do {
    got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return system_error("cannot take descriptors from the supervisor", errno);
  std::vector<UniqueFd> descriptors = descriptors_in(message);
  const bool whole = got == 1 && (message.msg_flags & MSG_CTRUNC) == 0;
  if (!whole || descriptors.size() != static_cast<unsigned char>(number))
    return Error{"the supervisor did not say which descriptors come along"};
  return descriptors;
}

}  // namespace mainstay::checks
