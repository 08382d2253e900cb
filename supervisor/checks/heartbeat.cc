#include "checks/heartbeat.h"

#include <utility>

namespace mainstay::checks {

namespace {

// A service may beat as fast as it likes; it is told of at most so often.
constexpr Duration kToldEvery = std::chrono::seconds{1};

}  // namespace

HeartbeatProber::HeartbeatProber(const Means& means, Duration within)
    : means_(means), within_(within), patience_(means.loop, means.clock, [this] { on_silence(); }) {
  wait_for_next();
}

std::string HeartbeatProber::awaits() const {
  return "a heartbeat (WATCHDOG=1) yet";
}

// The time runs on from look to look: since the last beat, or since the last one was missed.
void HeartbeatProber::look(Duration, Done done) {
  done_ = std::move(done);
  if (auto answer = std::exchange(unasked_, std::nullopt)) finish(std::move(*answer));
}

void HeartbeatProber::hear(const Said& said) {
  switch (said.what) {
    case Said::What::Ready:
      return;
    case Said::What::Alive:
      return on_beat();
    case Said::What::Trigger:
      return finish(failed("the service said WATCHDOG=trigger"));
    case Said::What::WatchdogTime:
      within_ = said.within;
      return wait_for_next();
  }
}

void HeartbeatProber::on_beat() {
  const MonoTime now = means_.clock().mono;
  last_beat_ = now;
  if (last_passed_ && now - *last_passed_ < kToldEvery) return;
  last_passed_ = now;
  wait_for_next();
  finish(passed());
}

void HeartbeatProber::wait_for_next() {
  if (within_ > Duration{0}) {
    patience_.start(within_);
  } else {
    patience_.cancel();
  }
}

// Beats that were not told of have not moved the timer.
void HeartbeatProber::on_silence() {
  const MonoTime now = means_.clock().mono;
  if (last_beat_ && now - *last_beat_ < within_)
    return patience_.start(*last_beat_ + within_ - now);
  wait_for_next();
  last_passed_.reset();
  const std::string since = last_beat_ ? format_duration(now - *last_beat_) : "";
  finish(failed(last_beat_ ? "no heartbeat (WATCHDOG=1) for " + since
                           : "no heartbeat (WATCHDOG=1) within " + format_duration(within_)));
}

void HeartbeatProber::finish(Answer answer) {
  if (done_) return std::exchange(done_, nullptr)(std::move(answer));
  const bool failed_before = unasked_ && unasked_->verdict == CheckVerdict::Failed;
  if (!failed_before) unasked_ = std::move(answer);
}

}  // namespace mainstay::checks
