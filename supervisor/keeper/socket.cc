#include "keeper/socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "keeper/table.h"

namespace mainstay::keeper {

void attach_fds(msghdr& message, char* ancillary, const int* fds, std::size_t count) {
  if (count == 0) return;
  message.msg_control = ancillary;
  message.msg_controllen = CMSG_SPACE(count * sizeof(int));
  cmsghdr* control = CMSG_FIRSTHDR(&message);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(count * sizeof(int));
  std::memcpy(CMSG_DATA(control), fds, count * sizeof(int));
}

std::size_t take_fds(msghdr& message, int* fds, std::size_t most) {
  std::size_t taken = 0;
  for (cmsghdr* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count && taken < most; ++i) {
      std::memcpy(&fds[taken++], CMSG_DATA(c) + i * sizeof(int), sizeof(int));
    }
  }
  return taken;
}

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
  int present[kMaxMessageFds];
  const int* const end = std::copy_if(fds, fds + count, present, [](int fd) { return fd >= 0; });
  Ancillary<kMaxMessageFds> ancillary;
  attach_fds(header, ancillary.bytes, present, static_cast<std::size_t>(end - present));
  if (sendmsg(socket, &header, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return Transfer::Done;
  // Too many descriptors in flight, or no memory for the packet, pass as a full socket does.
  const bool later = errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == ENOMEM ||
                     errno == ETOOMANYREFS;
  return later ? Transfer::Later : Transfer::Gone;
}

Transfer receive_packet(int socket, Packet& packet) {
  iovec part{packet.bytes, sizeof packet.bytes};
  msghdr header{};
  Ancillary<kMaxMessageFds> ancillary;
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = ancillary.bytes;
  header.msg_controllen = sizeof ancillary.bytes;
  const ssize_t size = recvmsg(socket, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0) return errno == EAGAIN || errno == EINTR ? Transfer::Later : Transfer::Gone;
  if (size == 0) return Transfer::Gone;
  take_fds(header, packet.fds, kMaxMessageFds);
  packet.size = (header.msg_flags & MSG_TRUNC) != 0 ? 0 : static_cast<std::size_t>(size);
  packet.lost_fds = (header.msg_flags & MSG_CTRUNC) != 0;
  return Transfer::Done;
}

}  // namespace mainstay::keeper
