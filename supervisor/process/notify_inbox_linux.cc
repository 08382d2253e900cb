// recvmsg(2), unix(7) SCM_CREDENTIALS and tee(2).
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <span>

#include "process/notify_inbox.h"

namespace mainstay::process {

namespace {

constexpr std::size_t kPage = 4096;
constexpr int kMostPages = 1024;  // more than a pipe has, as fs.pipe-max-size is

std::optional<NotifySender> sender_of(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_CREDENTIALS) continue;
    ucred credentials{};
    if (part->cmsg_len < CMSG_LEN(sizeof credentials)) continue;
    std::memcpy(&credentials, CMSG_DATA(part), sizeof credentials);
    return NotifySender{credentials.pid, credentials.uid};
  }
  return std::nullopt;
}

// Copies what the pipe has without taking it; -1, with errno, when it is empty or cannot be copied.
ssize_t copy_of(int pipe, std::span<char> out) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
  const UniqueFd reading{ends[0]};
  const UniqueFd writing{ends[1]};
  const ssize_t there = tee(pipe, writing.get(), out.size(), SPLICE_F_NONBLOCK);
  return there <= 0 ? there : read(reading.get(), out.data(), out.size());
}

}  // namespace

std::optional<NotifyDatagram> NotifySocket::first(int socket) {
  iovec part{buffer_.data(), buffer_.size()};
  // Room for the sender and nothing else: the kernel installs no descriptor that does not fit.
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t size = -1;
  do {
    size = recvmsg(socket, &message, MSG_PEEK | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  } while (size < 0 && errno == EINTR);
  if (size < 0) return std::nullopt;
  NotifyDatagram datagram;
  datagram.bytes = {buffer_.data(), static_cast<std::size_t>(size)};
  datagram.whole = (message.msg_flags & MSG_TRUNC) == 0;
  datagram.sender = sender_of(message);
  return datagram;
}

void NotifySocket::take(int socket) {
  char nothing = 0;
  while (recv(socket, &nothing, 0, MSG_DONTWAIT) < 0 && errno == EINTR) {
  }
}

NotifyPipeSays look_into_pipe(int pipe) {
  std::array<char, kPage> bytes;
  ssize_t size = copy_of(pipe, bytes);
  const bool copied = size >= 0;
  // Without descriptors for a copy: whoever comes after us will not see it.
  if (!copied && errno != EAGAIN) size = read(pipe, bytes.data(), bytes.size());
  if (size == 0) return NotifyPipeSays::Ended;
  if (size < 0) return NotifyPipeSays::Empty;
  const auto count = static_cast<std::size_t>(size);
  if (std::memchr(bytes.data(), '\n', count) != nullptr) return NotifyPipeSays::Ready;
  if (copied) static_cast<void>(!read(pipe, bytes.data(), count));
  return NotifyPipeSays::Nothing;
}

NotifyPipeSays look_through_pipe(int pipe) {
  auto says = NotifyPipeSays::Nothing;
  for (int page = 0; page < kMostPages && says == NotifyPipeSays::Nothing; ++page)
    says = look_into_pipe(pipe);
  return says;
}

bool empty_pipe(int pipe) {
  char bytes[kPage];
  const ssize_t size = read(pipe, bytes, sizeof bytes);
  return size > 0 || (size < 0 && (errno == EAGAIN || errno == EINTR));
}

}  // namespace mainstay::process
