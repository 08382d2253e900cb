#include "logs/daily.h"

#include <algorithm>
#include <utility>

namespace mainstay::logs {

namespace {

constexpr int kFilesPerTurn = 16;
// Also the longest for which a clock that was set goes unnoticed.
constexpr Duration kLongestNap = std::chrono::hours{6};

}  // namespace

DailyRounds::DailyRounds(io::Loop& loop, std::function<Now()> clock,
                         std::function<std::deque<std::string>()> files,
                         std::function<void(const std::string&)> look)
    : clock_(std::move(clock)),
      files_(std::move(files)),
      look_(std::move(look)),
      next_(loop, [this] { tick(); }),
      midnight_(loop, [this] { at_midnight(); }) {}

void DailyRounds::begin() {
  begun_ = true;
  if (!to_look_at_.empty()) next_.start(Duration{0});
}

void DailyRounds::add(const std::string& file) {
  to_look_at_.push_back(file);
  if (begun_) next_.start(Duration{0});
  if (std::exchange(armed_, true)) return;
  due_ = next_local_midnight(clock_().wall);
  arm();
}

void DailyRounds::arm() {
  midnight_.start(std::clamp(due_ - clock_().wall, Duration{0}, kLongestNap));
}

void DailyRounds::at_midnight() {
  const WallTime now = clock_().wall;
  if (now >= due_) {
    to_look_at_ = files_();
    if (begun_ && !to_look_at_.empty()) next_.start(Duration{0});
  }
  due_ = next_local_midnight(now);
  arm();
}

void DailyRounds::tick() {
  for (int looked = 0; looked < kFilesPerTurn && !to_look_at_.empty(); ++looked) {
    const std::string file = std::move(to_look_at_.front());
    to_look_at_.pop_front();
    look_(file);
  }
  if (!to_look_at_.empty()) next_.start(Duration{0});
}

}  // namespace mainstay::logs
