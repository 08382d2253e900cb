// restart.at: the one thing that goes by the clock on the wall.
#include "runtime/supervision.h"

namespace mainstay::runtime {

using policy::Context;
using policy::InstanceMachine;
using policy::StateKind;

namespace {
// The clocks drift apart by less than this between two looks unless somebody has set one.
constexpr Duration kJump = std::chrono::milliseconds{500};
}  // namespace

void Supervision::plan_restart(Instance& instance) {
  const auto planned = planned_.find(instance.service);
  if (planned == planned_.end() || instance.machine.up() == nullptr) return;
  if (!zone_) {
    auto machines = schedule::Zone::machine();
    zone_ = options_.zone ? *options_.zone : machines ? *machines : schedule::Zone::utc();
  }
  const auto next = schedule::next_after(planned->second, *zone_, now_.wall);
  std::optional<MonoTime> due;
  if (next) due = policy::later(now_.mono, *next - now_.wall);
  step(instance, [&](InstanceMachine& machine, const Context&) { return machine.schedule(due); });
}

// When the wall clock was set, the same time on the wall is another one on ours.
void Supervision::watch_clock() {
  const Duration offset = now_.wall.since_epoch - now_.mono.since_boot;
  const bool jumped = clock_offset_ && std::chrono::abs(offset - *clock_offset_) > kJump;
  // Small steps add up: they are measured against the offset of the last plan.
  if (clock_offset_ && !jumped) return;
  clock_offset_ = offset;
  if (!jumped) return;
  for (const auto& [service, cron] : planned_) {
    for (const InstanceId id : table_.services()[service].instances)
      plan_restart(table_.at(id));
  }
}

}  // namespace mainstay::runtime
