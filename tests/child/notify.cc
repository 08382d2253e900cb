#include "notify.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace mainstay::test {

namespace {

constexpr int kFailed = 95;
constexpr std::size_t kMostFds = 253;  // unix(7), SCM_MAX_FD

void send_with(const std::string& text, const std::vector<int>& fds) {
  const char* path = getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path == nullptr || strlen(path) >= sizeof address.sun_path) _exit(kFailed);
  strcpy(address.sun_path, path);
  iovec part{const_cast<char*>(text.data()), text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * kMostFds)> control{};
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = sizeof address;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (!fds.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(fds.size() * sizeof(int));
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(fds.size() * sizeof(int));
    memcpy(CMSG_DATA(header), fds.data(), fds.size() * sizeof(int));
  }
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0 || sendmsg(socket, &message, MSG_NOSIGNAL) < 0) _exit(kFailed);
  close(socket);
}

}  // namespace

void notify(const std::string& text, int descriptors) {
  send_with(text, std::vector<int>(static_cast<std::size_t>(descriptors), 0));
}

void notify_and_vanish(const std::string& text) {
  const pid_t child = fork();
  if (child == 0) {
    notify(text);
    _exit(0);
  }
  waitpid(child, nullptr, 0);
}

void notify_barrier() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) _exit(kFailed);
  send_with("BARRIER=1", {ends[1]});
  close(ends[1]);
  pollfd closed{ends[0], 0, 0};
  while (poll(&closed, 1, -1) < 0) {
  }
  close(ends[0]);
}

void notify_flood(long count) {
  for (long i = 0; i < count; ++i)
    notify("STATUS=" + std::to_string(i));
}

}  // namespace mainstay::test
