#include "process/memory_guard.h"

#include <algorithm>
#include <utility>

#include "process/limit_settings.h"

namespace mainstay::process {

namespace {

// Until the next look at a group that is full of file cache: it stays at its limit, so no event
// tells when what it holds grows.
Duration pause_at(std::uint64_t held, std::uint64_t threshold) {
  const bool is_near = held >= threshold - threshold / 10;
  return std::chrono::milliseconds{is_near ? 100 : 1000};
}

// How long the end of a process that the kernel has killed may take to be known.
constexpr Duration kCollecting = std::chrono::milliseconds{200};

// With alert, what was over the limit has to be well below it before it can be over it again.
std::uint64_t well_below(std::uint64_t limit) {
  return limit - limit / 10;
}

}  // namespace

MemoryGuard::MemoryGuard(io::Loop& loop, LimitGroup group, const model::Limits& limits,
                         GroupKills killed_before, Tell tell)
    : loop_(loop),
      group_(std::move(group)),
      limit_(limits.memory->count),
      alert_(limits.memory_action == model::MemoryAction::Alert),
      killed_before_(killed_before),
      tell_(std::move(tell)),
      again_(loop, [this] {
        watch_->rearm();
        look();
      }) {
  begin();
}

// In v2 the kernel tells of memory.high alone, and that slows the tree down: not for an alert.
void MemoryGuard::begin() {
  if (!group_ || (alert_ && group_.kind == GroupKind::V2)) return;
  watch_ = watch_memory(loop_, group_, threshold(), [this] {
    watch_->rearm();
    look();
  });
  // It may have come there before there was a watch.
  if (watch_) again_.start(Duration{0});
}

std::uint64_t MemoryGuard::threshold() const {
  return group_ && !alert_ ? soft_limit(limit_) : limit_;
}

void MemoryGuard::look() {
  const auto memory = read_group_memory(group_);
  if (!memory) return watch_->pause();  // the group is gone
  if (killed_again()) {
    // Whoever is told of the end calls ended(). A tree that lives on has lost a process.
    if (std::exchange(seen_kill_, true)) return measured(std::max(memory->held, limit_));
    return again_.start(kCollecting);
  }
  if (memory->total >= threshold()) {
    watch_->pause();
    again_.start(pause_at(memory->held, threshold()));
  }
  measured(memory->held);
}

void MemoryGuard::measured(std::uint64_t used) {
  if (alert_ && used < well_below(limit_)) told_ = false;
  if (told_ || used < threshold()) return;
  told_ = true;
  tell_(used, false);
}

bool MemoryGuard::killed_again() const {
  if (!group_ || alert_) return false;
  const GroupKills kills = read_group_kills(group_, limit_);
  return kills.processes > killed_before_.processes && kills.at_limit > killed_before_.at_limit;
}

void MemoryGuard::ended() {
  watch_.reset();
  again_.cancel();
  if (killed_again()) tell_(limit_, true);
}

}  // namespace mainstay::process
