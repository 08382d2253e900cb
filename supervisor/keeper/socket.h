// Packets with descriptors over the controller's socket. Never blocks.
#pragma once

#include <sys/socket.h>

#include <cstddef>

#include "keeper/protocol.h"

namespace mainstay::keeper {

// A packet as it came. Whoever does not take a descriptor out (by setting it to -1) leaves it to
// close().
struct Packet {
  alignas(8) char bytes[kMaxMessageBytes];
  std::size_t size = 0;
  int fds[kMaxMessageFds] = {-1, -1, -1, -1, -1, -1};
  bool lost_fds = false;  // there were more than fit, or no free descriptor numbers here

  void close_fds();
};

// Room for the descriptors of one packet (cmsg(3)).
template <std::size_t kMost>
struct Ancillary {
  alignas(cmsghdr) char bytes[CMSG_SPACE(kMost * sizeof(int))] = {};
};

// The descriptors go with the message; `ancillary` must have room for them and outlive the sending.
void attach_fds(msghdr& message, char* ancillary, const int* fds, std::size_t count);
// Those that came with the message, which had room for `most`; how many they are.
std::size_t take_fds(msghdr& message, int* fds, std::size_t most);

enum class Transfer { Done, Later, Gone };

// `fds` may contain -1, which are left out.
Transfer send_packet(int socket, const void* bytes, std::size_t size, const int* fds,
                     std::size_t count);
Transfer receive_packet(int socket, Packet& packet);

template <typename Message>
Transfer send_message(int socket, const Message& message, const int* fds = nullptr,
                      std::size_t count = 0) {
  return send_packet(socket, &message, sizeof message, fds, count);
}

}  // namespace mainstay::keeper
