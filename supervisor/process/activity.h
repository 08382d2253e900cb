// Whether a process tree does anything at all: what it has used up to a moment, to be compared with
// what it had used before.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "process/orphans_linux.h"
#include "process/proc_linux.h"
#include "process/tree.h"

namespace mainstay::process {

struct TreeActivity {
  // Pid and start time of each process, ascending. Another list: something has forked or ended.
  std::vector<std::pair<int, std::uint64_t>> processes;
  Duration cpu{0};             // their own and of the children they have waited for
  std::uint64_t io_bytes = 0;  // read and written, of those that we may look into
  bool operator==(const TreeActivity&) const = default;
};

// Reads single trees: each costs what that tree has of processes, and without control groups a list
// of the keeper's orphans. One thread at a time.
class ActivityReader {
 public:
  // Nothing when the index has no such instance.
  std::optional<TreeActivity> read(const TreeIndex& index, std::string_view instance);

 private:
  void add(const ProcStat& stat, TreeActivity& out) const;
  void add_group(const TreeIndex::Entry& entry, TreeActivity& out);
  void add_swept(const TreeIndex& index, const TreeIndex::Entry& entry, TreeActivity& out);

  Proc proc_;
  std::optional<OrphanOwners> owners_;
  std::vector<int> pids_;
  std::vector<int> open_;
};

}  // namespace mainstay::process
