// Stands where the keeper expects the controller, and hands its end of the keeper's socket to a
// test, which then is the controller. Connects to the Unix socket named by MAINSTAY_TEST_RELAY;
// ends with the code that one byte from there says, or with 0 when the test is gone.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace {

int connect_to(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  return connect(fd, generic, sizeof address) == 0 ? fd : -1;
}

bool hand_over(int connection, int keeper_fd) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  int pid = getpid();
  iovec part{&pid, sizeof pid};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control;
  header.msg_controllen = sizeof control;
  cmsghdr* message = CMSG_FIRSTHDR(&header);
  message->cmsg_level = SOL_SOCKET;
  message->cmsg_type = SCM_RIGHTS;
  message->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(message), &keeper_fd, sizeof keeper_fd);
  return sendmsg(connection, &header, MSG_NOSIGNAL) > 0;
}

}  // namespace

int main(int argc, char** argv) {
  const char* last = argv[argc - 1];
  const char* path = getenv("MAINSTAY_TEST_RELAY");
  if (path == nullptr || strncmp(last, "--keeper-fd=", 12) != 0) return 90;
  const int keeper_fd = atoi(last + 12);
  const int connection = connect_to(path);
  if (connection < 0 || !hand_over(connection, keeper_fd)) return 91;
  close(keeper_fd);
  unsigned char code = 0;
  return read(connection, &code, 1) == 1 ? code : 0;
}
