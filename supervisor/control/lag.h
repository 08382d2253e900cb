// How late the loop is: what is asked for now, is served when everything before it is done. Loop
// thread only.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "base/time.h"
#include "io/loop.h"

namespace mainstay::control {

class LagMeter {
 public:
  LagMeter(io::Loop& loop, std::function<Now()> clock)
      : clock_(std::move(clock)), timer_(loop, [this] { answer(); }) {}

  // `done` is told once, on the loop's next turn.
  void measure(std::function<void(Duration)> done) {
    waiting_.emplace_back(clock_().mono, std::move(done));
    if (waiting_.size() == 1) timer_.start(Duration{0});
  }

 private:
  void answer() {
    const MonoTime now = clock_().mono;
    for (const auto& [asked, done] : std::exchange(waiting_, {}))
      done(now - asked);
  }

  std::function<Now()> clock_;
  std::vector<std::pair<MonoTime, std::function<void(Duration)>>> waiting_;
  io::Timer timer_;
};

}  // namespace mainstay::control
