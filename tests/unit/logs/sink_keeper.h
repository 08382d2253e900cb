// The part of a keeper that moves of logs need: it holds the sink of a controller that has died.
#pragma once

#include <sys/socket.h>

#include <memory>

#include "keeper/socket.h"
#include "logs/unlocked_move.h"
#include "support.h"

namespace mainstay::logs::test {

class SinkKeeper {
 public:
  SinkKeeper() {
    int ends[2] = {-1, -1};
    REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
    keeper_.reset(ends[0]);
    controller_.reset(ends[1]);
  }

  // For the next controller, which may be a child of ours.
  UnlockedPlaces places(const TempFolder& folder) const {
    return {folder / "note", "this boot", sink_, [fd = controller_.get()](int sink) {
              keeper::send_message(fd, keeper::Store{}, &sink, 1);
            }};
  }

  // What the last one has sent; after its death.
  void collect() {
    keeper::Packet packet;
    while (keeper::receive_packet(keeper_.get(), packet) == keeper::Transfer::Done)
      sink_ = std::make_shared<const UniqueFd>(packet.fds[0]);
  }

 private:
  UniqueFd keeper_;
  UniqueFd controller_;
  std::shared_ptr<const UniqueFd> sink_;
};

}  // namespace mainstay::logs::test
