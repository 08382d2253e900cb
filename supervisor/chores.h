// What nobody waits for: housekeeping of the keeper and lines of our own log. It follows the answer
// of the keeper to what it was asked to start; before it, it would take the processor from the
// keeper and from the program that is being started. Loop thread only.
#pragma once

#include "io/loop.h"
#include "process/keeper_client.h"
#include "runtime/controller.h"

namespace mainstay {

class Chores {
 public:
  Chores(io::Loop& loop, process::KeeperClient& keeper);

  // From now on there are events to tell; null: no longer.
  void serve(runtime::Controller* controller) { controller_ = controller; }
  // After every turn of the loop: does them now or when the keeper has answered, soon at the
  // latest.
  void after_turn();
  void do_now();

 private:
  process::KeeperClient& keeper_;
  runtime::Controller* controller_ = nullptr;
  io::Timer latest_;
  bool planned_ = false;
};

}  // namespace mainstay
