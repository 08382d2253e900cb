// Whether the kernel killed a process because memory ran out: from its log and from the counters of
// control groups.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace mainstay::history {

// What one record of /dev/kmsg (Linux, Documentation/ABI/testing/dev-kmsg) says of a process that
// the kernel has killed for want of memory. Records of other programs are not believed, and names
// of processes, which anybody chooses, are never read as the words around them. Pure.
struct MemoryKill {
  int pid = 0;
  MonoTime at;            // by the kernel's own clock, about CLOCK_MONOTONIC
  std::string message;    // "Out of memory: Killed process 4711 (python3) total-vm:…"
  bool in_group = false;  // a control group was full, not the machine
};
std::optional<MemoryKill> parse_memory_kill(std::string_view record);

// The latest kill of `pid` in the kernel's log since `since`. Nothing for who may not read it, and
// where pids of the log are not ours (another pid namespace). Does not wait for records, and reads
// a bounded number. Blocks otherwise: for workers.
std::optional<MemoryKill> find_memory_kill(int pid, MonoTime since);

// "oom_kill N" in the text of memory.events (cgroup v2) or memory.oom_control (v1).
std::optional<std::uint64_t> parse_group_kills(std::string_view text);
// The same of a group's folder; nothing where the kernel does not count them there.
std::optional<std::uint64_t> group_kills(const std::string& folder);

}  // namespace mainstay::history
