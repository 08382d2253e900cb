#include "keeper/socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "keeper/table.h"

namespace mainstay::keeper {

namespace {

struct Ancillary {
  alignas(cmsghdr) char bytes[CMSG_SPACE(kMaxMessageFds * sizeof(int))];
};

void attach_fds(msghdr& header, Ancillary& ancillary, const int* fds, std::size_t count) {
  int present[kMaxMessageFds];
  std::size_t n = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (fds[i] >= 0) present[n++] = fds[i];
  }
  if (n == 0) return;
  header.msg_control = ancillary.bytes;
  header.msg_controllen = CMSG_SPACE(n * sizeof(int));
  cmsghdr* control = CMSG_FIRSTHDR(&header);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(n * sizeof(int));
  std::memcpy(CMSG_DATA(control), present, n * sizeof(int));
}

void take_fds(msghdr& header, Packet& packet) {
  std::size_t taken = 0;
  for (cmsghdr* c = CMSG_FIRSTHDR(&header); c != nullptr; c = CMSG_NXTHDR(&header, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count && taken < kMaxMessageFds; ++i) {
      std::memcpy(&packet.fds[taken++], CMSG_DATA(c) + i * sizeof(int), sizeof(int));
    }
  }
}

}  // namespace

void Packet::close_fds() {
  for (int& fd : fds)
    drop_fd(fd);
}

Transfer send_packet(int socket, const void* bytes, std::size_t size, const int* fds,
                     std::size_t count) {
  iovec part{const_cast<void*>(bytes), size};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  Ancillary ancillary{};
  attach_fds(header, ancillary, fds, count);
  if (sendmsg(socket, &header, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return Transfer::Done;
  // Too many descriptors in flight, or no memory for the packet, pass as a full socket does.
  const bool later = errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == ENOMEM ||
                     errno == ETOOMANYREFS;
  return later ? Transfer::Later : Transfer::Gone;
}

Transfer receive_packet(int socket, Packet& packet) {
  iovec part{packet.bytes, sizeof packet.bytes};
  msghdr header{};
  Ancillary ancillary{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = ancillary.bytes;
  header.msg_controllen = sizeof ancillary.bytes;
  const ssize_t size = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0) return errno == EAGAIN || errno == EINTR ? Transfer::Later : Transfer::Gone;
  if (size == 0) return Transfer::Gone;
  take_fds(header, packet);
  packet.size = (header.msg_flags & MSG_TRUNC) != 0 ? 0 : static_cast<std::size_t>(size);
  packet.lost_fds = (header.msg_flags & MSG_CTRUNC) != 0;
  return Transfer::Done;
}

}  // namespace mainstay::keeper
