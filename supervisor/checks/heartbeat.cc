#include "checks/heartbeat.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"

namespace mainstay::checks {

namespace {

// A service may beat as fast as it likes; it is told of at most so often.
constexpr Duration kToldEvery = std::chrono::seconds{1};

}  // namespace

HeartbeatProber::HeartbeatProber(const Means& means, Duration within, Memory memory)
    : means_(means),
      within_(within),
      memory_(std::move(memory)),
      patience_(means.loop, means.clock, [this] { on_silence(); }) {
  if (!recall()) wait_for_next();
}

// Beats that were not told of, or that wait in their socket, are newer than what is known.
bool HeartbeatProber::recall() {
  Decoder in{memory_.known};
  const Duration within = in.duration();
  const MonoTime due = in.mono();
  const bool has_beaten = in.flag();
  const MonoTime last_beat = in.mono();
  if (!in.ok() || !in.at_end()) return false;
  within_ = within;
  due_ = due;
  if (has_beaten) last_beat_ = last_beat;
  const Duration left = std::max(Duration{0}, due_ - means_.clock().mono);
  if (within_ > Duration{0}) patience_.start(left + kToldEvery);
  return true;
}

void HeartbeatProber::remember() const {
  if (!memory_.keep) return;
  Encoder out;
  out.duration(within_);
  out.mono(due_);
  out.flag(last_beat_.has_value());
  out.mono(last_beat_.value_or(MonoTime{}));
  memory_.keep(out.take());
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
  due_ = means_.clock().mono + within_;
  if (within_ > Duration{0}) {
    patience_.start(within_);
  } else {
    patience_.cancel();
  }
  remember();
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
