// The turns of the loop: when the next one is due, what the keeper is told of that, and which is
// the last one. Loop thread only.
#pragma once

#include <functional>
#include <optional>

#include "base/time.h"
#include "io/loop.h"
#include "process/keeper_client.h"

namespace mainstay {

class Turns {
 public:
  Turns(io::Loop& loop, process::KeeperClient& keeper);

  // Goes on until leave() or lose_keeper(); `after_turn` follows every turn. Returns what the
  // process is to exit with.
  int run(std::function<void()> after_turn);
  // There is to be a turn at `next`, instead of when it was said before; nothing: at no time.
  void wake_at(const std::optional<MonoTime>& next, MonoTime now);
  // Nothing more is done in this turn: the keeper is told when it will hear of us at the latest.
  void tell_keeper();

  // The last turn is the one in which the keeper has got everything that it was sent.
  void leave();
  bool leaving() const { return leaving_; }
  // There is nobody to send anything to: this turn is the last one.
  void lose_keeper();

 private:
  io::Loop& loop_;
  process::KeeperClient& keeper_;
  io::Timer alarm_;
  bool leaving_ = false;
  bool lost_ = false;
};

}  // namespace mainstay
