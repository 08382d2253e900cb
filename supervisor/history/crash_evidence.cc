#include "history/crash_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "history/core_pattern.h"
#include "history/kernel_log.h"
#include "history/last_output.h"
#include "logs/directory.h"

namespace mainstay::history {

namespace {

std::string core_of(const CrashScene& scene) {
  const CrashRecord& record = scene.record;
  if (!record.core_dumped) return {};
  DumpedProcess process;
  process.pid = record.pid;
  process.signal = signal_number(record.signal);
  process.cwd = scene.cwd;
  return find_core(process, scene.began);
}

// When the run began, less how far the kernel's own clock may have drifted from ours.
MonoTime earliest_kill(const CrashRecord& record, const Now& now) {
  const MonoTime ended = now.mono - std::max(Duration{0}, now.wall - record.at);
  return ended - (record.run_time + std::chrono::seconds{10} + now.mono.since_boot / 1000);
}

std::string killed_by_kernel(const MemoryKill& kill) {
  return fmt::format("killed by the kernel: out of memory ({})",
                     kill.in_group && !kill.message.starts_with("Memory cgroup")
                         ? "its control group was full: " + kill.message
                         : kill.message);
}

}  // namespace

CrashEvidence::CrashEvidence(std::filesystem::path log_dir) : log_dir_(std::move(log_dir)) {}

// A group that has fewer than before was made anew.
std::uint64_t CrashEvidence::new_group_kills(const std::string& cgroup) {
  if (cgroup.empty()) return 0;
  const auto kills = group_kills(cgroup);
  if (!kills) return 0;
  std::uint64_t& before = group_kills_[cgroup];
  const std::uint64_t fresh = *kills < before ? *kills : *kills - before;
  before = *kills;
  return fresh;
}

std::string CrashEvidence::out_of_memory(const CrashScene& scene, const Now& now) {
  const CrashRecord& record = scene.record;
  const std::uint64_t kills = new_group_kills(scene.cgroup);
  if (record.cause != "exited" && record.cause != "memory limit") return {};
  const bool killed = record.signal == "KILL";
  if (killed && record.pid > 0) {
    const auto kill = find_memory_kill(record.pid, earliest_kill(record, now));
    if (kill) return killed_by_kernel(*kill);
  }
  if (kills == 0) return {};
  if (killed) return "killed by the kernel: out of memory (its control group was full)";
  return fmt::format("the kernel killed {} of it: out of memory (its control group was full)",
                     kills == 1 ? "1 process" : fmt::format("{} processes", kills));
}

CrashRecord CrashEvidence::complete(CrashScene scene, const Now& now) {
  CrashRecord& record = scene.record;
  record.core = core_of(scene);
  record.out_of_memory = out_of_memory(scene, now);
  // What was never a process has said nothing.
  const bool spoke = record.pid != 0 && !scene.logs.empty();
  const auto directory = spoke ? logs::Directory::open(log_dir_) : Result<logs::Directory>{Error{}};
  if (directory) {
    record.output = last_output(*directory, scene.logs, scene.began, scene.noticed);
  }
  return std::move(record);
}

}  // namespace mainstay::history
