#include "checks/frozen.h"

#include <algorithm>
#include <utility>

namespace mainstay::checks {

namespace {

// Looks in the time after which something counts as frozen.
constexpr int kLooks = 5;

}  // namespace

Answer Stillness::judge(const process::TreeActivity& activity, bool printed, MonoTime now) {
  const Duration elapsed = before_ ? now - at_ : Duration{0};
  const bool acted = !before_ || printed || has_acted(activity, elapsed);
  before_ = activity;
  at_ = now;
  still_ = acted ? Duration{0} : still_ + std::min(elapsed, most_);
  if (still_ < for_) return passed();
  return failed("no CPU time, output or I/O for " + format_duration(still_));
}

bool Stillness::has_acted(const process::TreeActivity& activity, Duration elapsed) const {
  if (activity.processes != before_->processes || activity.io_bytes != before_->io_bytes)
    return true;
  const double allowed = to_seconds(elapsed) * cpu_below_percent_ / 100;
  return to_seconds(activity.cpu - before_->cpu) > allowed;
}

Duration FrozenProber::interval_for(const model::FrozenProbe& probe, Duration interval) {
  return std::min(interval, probe.for_time / kLooks);
}

FrozenProber::FrozenProber(const Means& means, LogTaps& taps, const model::FrozenProbe& probe,
                           std::string instance, std::vector<std::string> files)
    : means_(means),
      taps_(taps),
      instance_(std::move(instance)),
      files_(std::move(files)),
      // A look may be a little late; the controller may not have been there at all.
      stillness_(probe.cpu_below_percent, probe.for_time, probe.for_time / kLooks * 2),
      reader_(std::make_shared<process::ActivityReader>()) {
  for (const std::string& file : files_)
    taps_.add(file, *this);
}

FrozenProber::~FrozenProber() {
  for (const std::string& file : files_)
    taps_.remove(file, *this);
}

void FrozenProber::look(Duration, Done done) {
  done_ = std::move(done);
  const auto activity = std::make_shared<std::optional<process::TreeActivity>>();
  means_.loop.in_worker([reader = reader_, activity, index = means_.trees.index(),
                         instance = instance_] { *activity = reader->read(*index, instance); },
                        guard_([this, activity] { on_read(*activity); }));
}

void FrozenProber::on_read(const std::optional<process::TreeActivity>& activity) {
  const bool printed = std::exchange(printed_, false);
  Answer answer = activity && !activity->processes.empty()
                      ? stillness_.judge(*activity, printed, means_.clock().mono)
                      : unknown("its processes cannot be found");
  std::exchange(done_, nullptr)(std::move(answer));
}

}  // namespace mainstay::checks
