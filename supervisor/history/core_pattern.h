// Where the kernel puts a core dump: kernel.core_pattern as core(5) describes it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace mainstay::history {

// What is known of the process that dumped. What is not known becomes a `*`.
struct DumpedProcess {
  int pid = 0;
  std::optional<int> signal;
  std::string host;
  std::filesystem::path cwd;
};

// What /proc/sys/kernel/ says.
struct CorePattern {
  std::string pattern;
  bool uses_pid = false;
};

// Pure. A path that may hold `*`; or, for a pattern that hands the dump to a program or a socket,
// who has it: "systemd-coredump: coredumpctl info 4711". Empty for an empty pattern: no dump.
struct CorePlace {
  std::string path;
  std::string handler;
};
CorePlace place_of_core(const CorePattern& pattern, const DumpedProcess& process);

// The same on this machine and in words; a path with `*` becomes that of the newest fitting file
// that was written since `began`, if there is one. Blocks: for workers.
std::string find_core(const DumpedProcess& process, WallTime began);

}  // namespace mainstay::history
