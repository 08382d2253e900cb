// Documentation/admin-guide/cgroup-v2.rst; cgroup-v1/memory.rst; scheduler/sched-bwc.rst.
#include "process/limit_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace mainstay::process {

namespace {

struct Quota {
  std::int64_t micros = -1;  // -1: none
  std::int64_t period = 100'000;
};

// The kernel takes no quota below a millisecond, and no period above a second.
Quota quota_of(const model::Limits& limits) {
  if (!limits.cpu_percent) return {};
  constexpr std::int64_t kLeast = 1'000;
  Quota quota;
  quota.micros = std::llround(*limits.cpu_percent / 100 * 100'000);
  if (quota.micros >= kLeast) return quota;
  return {std::max(kLeast, std::int64_t{std::llround(*limits.cpu_percent / 100 * 1'000'000)}),
          1'000'000};
}

}  // namespace

// What the kernel itself needs for the tree, page tables and the like, has to fit in between.
std::uint64_t soft_limit(std::uint64_t hard) {
  constexpr std::uint64_t kLeastRoom = 4 * 1024 * 1024;
  return hard - std::min(hard / 4, std::max(hard / 32, kLeastRoom));
}

std::optional<std::uint64_t> hard_limit(const model::Limits& limits) {
  if (!limits.memory || limits.memory_action == model::MemoryAction::Alert) return std::nullopt;
  return limits.memory->count;
}

std::vector<ControlSetting> memory_settings(GroupKind kind, const model::Limits& limits) {
  const auto hard = hard_limit(limits);
  if (kind == GroupKind::V2) {
    const std::string most = hard ? std::to_string(*hard) : "max";
    // Swap is none: what is over the limit has to be seen, not to be moved. A tree that has lost
    // one of its processes is not what was started, so the kernel kills all of it.
    return {{"memory.swap.max", hard ? "0" : "max", true},
            {"memory.max", most},
            {"memory.high", hard ? std::to_string(soft_limit(*hard)) : "max"},
            {"memory.oom.group", hard ? "1" : "0", true}};
  }
  const std::string most = hard ? std::to_string(*hard) : "-1";
  // Memory with swap may never be less than memory alone.
  return {{"memory.memsw.limit_in_bytes", "-1", true},
          {"memory.limit_in_bytes", most},
          {"memory.memsw.limit_in_bytes", most, true}};
}

std::vector<ControlSetting> cpu_settings(GroupKind kind, const model::Limits& limits) {
  const Quota quota = quota_of(limits);
  const std::string period = std::to_string(quota.period);
  const std::string micros = std::to_string(quota.micros);
  if (kind == GroupKind::V2) {
    return {{"cpu.max", fmt::format("{} {}", quota.micros < 0 ? "max" : micros, period)}};
  }
  return {{"cpu.cfs_quota_us", "-1"}, {"cpu.cfs_period_us", period}, {"cpu.cfs_quota_us", micros}};
}

std::vector<ControlSetting> process_settings(GroupKind, const model::Limits& limits) {
  return {{"pids.max", limits.processes ? std::to_string(*limits.processes) : "max"}};
}

}  // namespace mainstay::process
