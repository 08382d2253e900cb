// What process trees use: CPU time, memory, processes, open files. Read in one pass, off the loop.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "process/tree.h"

namespace mainstay::process {

// One instance's whole tree.
struct TreeUsage {
  double cpu_percent =
      0;  // of one core, since the sample before or over the last second; 150 is 1.5 cores
  Duration cpu_time{0};  // all that was seen to be used since this controller began to look
  // What its control group holds, without caches of files; without one the resident size of its
  // process, or, of several, the sum of their proportional shares.
  std::uint64_t memory_bytes = 0;
  std::uint32_t processes = 0;
  std::uint32_t open_files = 0;  // without those of processes we may not look into
  std::vector<std::uint16_t>
      ports;  // ascending: TCP it listens on, and UDP outside the ephemeral range
};

// Everything at one moment. `trees` is parallel to `index->entries`.
struct UsageSample {
  Now at;
  std::shared_ptr<const TreeIndex> index;
  std::vector<TreeUsage> trees;
  std::uint64_t supervisor_memory_bytes = 0;  // keeper and controller, resident
  std::uint64_t generation = 0;               // counts samples, from 1
};

// Reads /proc and cgroup.procs. Belongs to one thread at a time; remembers what it saw of each
// process (by pid and start time) for the next time.
class UsageReader {
 public:
  UsageReader();
  ~UsageReader();
  UsageReader(const UsageReader&) = delete;
  UsageReader& operator=(const UsageReader&) = delete;

  // Fills `out`, reusing its memory. All but `ports`, which PortReader adds.
  void read(std::shared_ptr<const TreeIndex> index, UsageSample& out);

  // A process that belonged to a tree in the latest read(), in order of pid.
  struct Member {
    int pid = 0;
    std::uint32_t tree = 0;        // position in the index
    std::uint64_t start_time = 0;  // clock ticks since boot
    std::uint64_t cpu_ticks = 0;   // own and of its reaped children
    std::uint64_t own_ticks = 0;
    bool operator==(const Member&) const = default;
  };
  const std::vector<Member>& members() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mainstay::process
