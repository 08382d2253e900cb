// What process trees use: CPU time, memory, processes, threads, open files, storage. Read in one
// pass, off the loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/time.h"
#include "process/host_usage.h"
#include "process/tree.h"

namespace mainstay::process {

// What was read from and written to storage. What is served from or stays in memory (the page
// cache, tmpfs, pipes, sockets) is not in it; what was written is counted when pages become dirty.
struct IoBytes {
  std::uint64_t read = 0;
  std::uint64_t written = 0;
  bool operator==(const IoBytes&) const = default;
};

// One instance's whole tree.
struct TreeUsage {
  double cpu_percent =
      0;  // of one core, since the sample before or over the last second; 150 is 1.5 cores
  Duration cpu_time{0};  // all that was seen to be used since this controller began to look
  // What its control group holds, without caches of files; without one the resident size of its
  // process, or, of several, the sum of their proportional shares.
  std::uint64_t memory_bytes = 0;
  std::uint32_t processes = 0;
  std::uint32_t threads = 0;
  std::uint32_t open_files = 0;      // without those of processes we may not look into
  IoBytes io;                        // as cpu_time: only grows; without what we may not look into
  double read_bytes_per_second = 0;  // over the same time as cpu_percent
  double written_bytes_per_second = 0;
  std::vector<std::uint16_t>
      ports;  // ascending: TCP it listens on, and UDP outside the ephemeral range
};

// Everything at one moment. `trees` is parallel to `index->entries`.
struct UsageSample {
  Now at;
  std::shared_ptr<const TreeIndex> index;
  std::vector<TreeUsage> trees;
  HostUsage host;
  std::uint64_t supervisor_memory_bytes = 0;  // keeper and controller, resident
  std::uint64_t generation = 0;               // counts samples, from 1
};

// A process that belongs to a tree. Its figures include those of children that it has waited for.
struct ProcessUse {
  int pid = 0;
  int parent = 0;
  std::uint32_t tree = 0;        // position in the index
  std::uint64_t start_time = 0;  // ticks since boot
  std::uint64_t cpu_ticks = 0;
  std::uint64_t own_ticks = 0;  // without the children's
  std::optional<IoBytes> io;    // nothing: we may not look
  bool operator==(const ProcessUse&) const = default;

  bool is(const ProcessUse& other) const {
    return pid == other.pid && start_time == other.start_time;
  }
};

// Asks the system. Belongs to one thread at a time; remembers what it saw of each process (by pid
// and start time) for the next time.
class UsageReader {
 public:
  UsageReader();
  ~UsageReader();
  UsageReader(const UsageReader&) = delete;
  UsageReader& operator=(const UsageReader&) = delete;

  // Fills `out`, reusing its memory. All but `ports`, which PortReader adds, and `host`.
  void read(std::shared_ptr<const TreeIndex> index, UsageSample& out);

  // What belonged to a tree in the latest read(), in order of pid.
  using Member = ProcessUse;
  const std::vector<Member>& members() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mainstay::process
