#include "turns.h"

#include <algorithm>
#include <utility>

#include "mainstay/exit_codes.h"

namespace mainstay {

namespace {

// How much longer than announced the loop may sleep or work before the keeper asks whether it
// hangs.
constexpr Duration kHangAfter = std::chrono::seconds{10};

}  // namespace

Turns::Turns(io::Loop& loop, process::KeeperClient& keeper)
    : loop_(loop), keeper_(keeper), alarm_(loop, [] {}) {}

int Turns::run(std::function<void()> after_turn) {
  loop_.set_after_turn(std::move(after_turn));
  while (!lost_ && !(leaving_ && keeper_.queued() == 0)) {
    loop_.run_once(true);
    if (leaving_) keeper_.send_housekeeping();  // of checks that ended after the last words
  }
  loop_.set_after_turn({});
  return lost_ ? static_cast<int>(SupervisorExit::CannotStart) : 0;
}

void Turns::wake_at(const std::optional<MonoTime>& next, MonoTime now) {
  if (!next) return alarm_.cancel();
  alarm_.start(std::max(Duration{0}, *next - now));
}

void Turns::tell_keeper() {
  const auto sleep = loop_.next_timer();
  keeper_.keep_alive(sleep ? *sleep + kHangAfter : Duration{0});
}

void Turns::leave() {
  leaving_ = true;
  loop_.stop();
}

void Turns::lose_keeper() {
  lost_ = true;
  loop_.stop();
}

}  // namespace mainstay
