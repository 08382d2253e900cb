// Packets that a socket has not taken yet, in their order. A thousand of them are one block of
// memory, so that what they leave when they are gone is no heap full of holes.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "keeper/protocol.h"
#include "keeper/socket.h"

namespace mainstay::process {

class PacketQueue {
 public:
  // `head` and `tail` in one packet, with at most kMaxMessageFds descriptors.
  void push(std::string_view head, std::string_view tail, std::vector<UniqueFd> fds);
  // The first of them; a packet that could not be sent stays. Precondition: there is one.
  keeper::Transfer send_first(int socket) const;
  void pop();
  // All of the other's, behind ours.
  void take(PacketQueue& other);
  void clear();

  bool empty() const { return packets_.empty(); }
  std::size_t size() const { return packets_.size(); }

 private:
  struct Packet {
    std::size_t bytes = 0;
    std::array<UniqueFd, keeper::kMaxMessageFds> fds;
  };

  std::deque<Packet> packets_;
  std::string bytes_;      // of all packets, and of those that are gone since it was empty
  std::size_t begin_ = 0;  // of the first packet's
};

}  // namespace mainstay::process
