#include "checks/patience.h"

#include <utility>

namespace mainstay::checks {

namespace {

// Later than this, the loop was not there to see anything.
constexpr Duration kPunctual = std::chrono::milliseconds{500};
constexpr Duration kOneTurn = std::chrono::milliseconds{1};
constexpr Duration kToCatchUp = std::chrono::seconds{1};

}  // namespace

Patience::Patience(io::Loop& loop, std::function<Now()> clock, std::function<void()> over)
    : clock_(std::move(clock)), over_(std::move(over)), timer_(loop, [this] { on_timer(); }) {}

void Patience::start(Duration limit) {
  due_ = clock_().mono + limit;
  last_call_ = false;
  timer_.start(limit);
}

void Patience::on_timer() {
  if (std::exchange(last_call_, true)) return over_();
  const bool punctual = clock_().mono - due_ < kPunctual;
  timer_.start(punctual ? kOneTurn : kToCatchUp);
}

}  // namespace mainstay::checks
