// Process trees where the system has a list of all processes and no groups of ours: what
// usage_listed.cc asks of usage_macos.cc and usage_windows.cc.
#pragma once

#include <cstdint>
#include <vector>

#include "process/usage.h"

namespace mainstay::process {

// Of start times and of CPU time; start times are since 1970.
inline constexpr std::uint64_t kListedTicks = 1'000'000;

struct ListedProcess {
  ProcessUse use;  // without `tree`
  int group = 0;   // the process group's leader; 0: there are no groups
  std::uint64_t memory_bytes = 0;
  std::uint32_t threads = 0;  // 0: it has ended
  std::uint32_t open_files = 0;
};

// Every process with pid, parent, start time and group.
std::vector<ListedProcess> list_processes();
int own_pid();
// Adds the figures of one, as far as we may look.
void measure(ListedProcess& process);

}  // namespace mainstay::process
