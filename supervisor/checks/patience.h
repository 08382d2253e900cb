// A deadline for what others do: before it is said to have passed, what came meanwhile is seen. The
// loop serves timers before descriptors, so one that was held up, or whose process was stopped,
// would blame others for its own absence.
#pragma once

#include <functional>

#include "base/time.h"
#include "io/loop.h"

namespace mainstay::checks {

class Patience {
 public:
  Patience(io::Loop& loop, std::function<Now()> clock, std::function<void()> over);

  // Over in `limit`; replaces what was asked before.
  void start(Duration limit);
  void cancel() { timer_.cancel(); }

 private:
  void on_timer();

  std::function<Now()> clock_;
  std::function<void()> over_;
  MonoTime due_;
  bool last_call_ = false;
  io::Timer timer_;
};

}  // namespace mainstay::checks
