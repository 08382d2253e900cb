#include "chores.h"

namespace mainstay {

namespace {

// The longest that they wait.
constexpr Duration kAfter = std::chrono::milliseconds{20};

}  // namespace

Chores::Chores(io::Loop& loop, process::KeeperClient& keeper)
    : keeper_(keeper), latest_(loop, [this] { do_now(); }) {}

void Chores::after_turn() {
  if (keeper_.idle()) return do_now();
  if (planned_) return;
  planned_ = true;
  latest_.start(kAfter);
}

void Chores::do_now() {
  if (planned_) latest_.cancel();
  planned_ = false;
  keeper_.send_housekeeping();
  if (controller_ != nullptr) controller_->tell_events();
}

}  // namespace mainstay
