// Ready some time after its start.
#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "checks/means.h"
#include "checks/prober.h"

namespace mainstay::checks {

class DelayProber final : public Prober {
 public:
  DelayProber(const Means& means, Duration delay, MonoTime started)
      : means_(means),
        delay_(delay),
        started_(started),
        timer_(means.loop, [this] { std::exchange(done_, nullptr)(passed()); }) {}

  void look(Duration, Done done) override {
    done_ = std::move(done);
    timer_.start(std::max(Duration{0}, started_ + delay_ - means_.clock().mono));
  }
  std::string awaits() const override { return "the end of its delay yet"; }

 private:
  const Means& means_;
  Duration delay_;
  MonoTime started_;
  Done done_;
  io::Timer timer_;
};

}  // namespace mainstay::checks
