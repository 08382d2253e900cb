#include "checks/frozen.h"

#include <algorithm>
#include <utility>

#include "base/bytes.h"

namespace mainstay::checks {

namespace {

// Looks in the time after which something counts as frozen.
constexpr int kLooks = 5;

std::uint32_t digest_of(const std::vector<std::pair<int, std::uint64_t>>& processes) {
  Encoder out;
  for (const auto& [pid, start] : processes) {
    out.u32(static_cast<std::uint32_t>(pid));
    out.u64(start);
  }
  return crc32_of(out.bytes());
}

}  // namespace

Answer Stillness::judge(const process::TreeActivity& activity, bool printed, MonoTime now) {
  Past seen{now, Duration{0}, digest_of(activity.processes), activity.cpu, activity.io_bytes};
  const bool acted = !before_ || printed || has_acted(seen);
  if (!acted) seen.still = before_->still + std::min(now - before_->at, most_);
  before_ = seen;
  if (seen.still < for_) return passed();
  return failed("no CPU time, output or I/O for " + format_duration(seen.still));
}

bool Stillness::has_acted(const Past& now) const {
  if (now.processes != before_->processes || now.io_bytes != before_->io_bytes) return true;
  const double allowed = to_seconds(now.at - before_->at) * cpu_below_percent_ / 100;
  return to_seconds(now.cpu - before_->cpu) > allowed;
}

std::string Stillness::memory() const {
  if (!before_) return {};
  Encoder out;
  out.mono(before_->at);
  out.duration(before_->still);
  out.u32(before_->processes);
  out.duration(before_->cpu);
  out.u64(before_->io_bytes);
  return out.take();
}

void Stillness::recall(std::string_view memory) {
  Decoder in{memory};
  Past past;
  past.at = in.mono();
  past.still = in.duration();
  past.processes = in.u32();
  past.cpu = in.duration();
  past.io_bytes = in.u64();
  if (in.ok() && in.at_end()) before_ = past;
}

Duration FrozenProber::interval_for(const model::FrozenProbe& probe, Duration interval) {
  return std::min(interval, probe.for_time / kLooks);
}

FrozenProber::FrozenProber(const Means& means, LogTaps& taps, const model::FrozenProbe& probe,
                           std::string instance, std::vector<std::string> files, Memory memory)
    : means_(means),
      taps_(taps),
      instance_(std::move(instance)),
      files_(std::move(files)),
      // A look may be a little late; the controller may not have been there at all.
      stillness_(probe.cpu_below_percent, probe.for_time, probe.for_time / kLooks * 2),
      memory_(std::move(memory)),
      reader_(std::make_shared<process::ActivityReader>()) {
  stillness_.recall(memory_.known);
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
  if (memory_.keep) memory_.keep(stillness_.memory());
  std::exchange(done_, nullptr)(std::move(answer));
}

}  // namespace mainstay::checks
