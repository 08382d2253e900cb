// `rotate.daily`: at midnight, and when a controller begins, logs of an earlier day are cut, also
// those that nothing is written to. A few in each turn of the loop; one timer for all of them.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>

#include "base/time.h"
#include "io/clock.h"
#include "io/loop.h"

namespace mainstay::logs {

class DailyRounds {
 public:
  // `look` is called for one file after the other; `files` says which there are at midnight.
  DailyRounds(io::Loop& loop, std::function<Now()> clock,
              std::function<std::deque<std::string>()> files,
              std::function<void(const std::string&)> look);

  // Nothing is looked at before this.
  void begin();
  // There is a log with `daily`: it is looked at soon, and at every midnight.
  void add(const std::string& file);

 private:
  void tick();
  void at_midnight();
  void arm();

  std::function<Now()> clock_;
  std::function<std::deque<std::string>()> files_;
  std::function<void(const std::string&)> look_;
  io::Timer next_;
  io::Timer midnight_;
  std::deque<std::string> to_look_at_;
  WallTime due_;
  bool begun_ = false;
  bool armed_ = false;
};

}  // namespace mainstay::logs
