// What a worker finds out about a run that has ended: its last words, its core, and whether memory
// ran out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "history/crash_record.h"
#include "logs/line.h"

namespace mainstay::history {

// An abnormal end, and where to look.
struct CrashScene {
  CrashRecord record;
  // Everything that it printed was captured between the two, and nothing of another run.
  WallTime began;
  WallTime noticed;
  std::vector<logs::Source> logs;
  std::filesystem::path cwd;
  std::string cgroup;  // of its instance; empty: none
};

// Belongs to one thread at a time; remembers the counters of control groups.
class CrashEvidence {
 public:
  explicit CrashEvidence(std::filesystem::path log_dir);

  // What the kernel killed in a group until now is old.
  void look_at_group(const std::string& cgroup) { new_group_kills(cgroup); }
  // The record of the scene, complete.
  CrashRecord complete(CrashScene scene, const Now& now);

 private:
  std::string out_of_memory(const CrashScene& scene, const Now& now);
  std::uint64_t new_group_kills(const std::string& cgroup);

  std::filesystem::path log_dir_;
  std::map<std::string, std::uint64_t> group_kills_;  // as they were at the last look
};

}  // namespace mainstay::history
