// Which processes belong to which instance, all at once: for usage and ports.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "process/orphans_linux.h"
#include "process/proc_linux.h"
#include "process/tree.h"

namespace mainstay::process {

// Keeps its buffers from one visit to the next. One thread at a time.
class Membership {
 public:
  using Visit = std::function<void(const ProcStat&, std::uint32_t tree)>;

  // Calls `visit` once for every process of every tree; `tree` is the position in the index. Reads
  // cgroup.procs of each group, and, for trees without one, every process of the machine once.
  void visit(const Proc& proc, const TreeIndex& index, const Visit& visit);

 private:
  struct Node {
    ProcStat stat;
    std::uint32_t tree = 0;
    bool known = false;
  };
  void visit_groups(const Proc& proc, const TreeIndex& index, const Visit& visit);
  void visit_all(const Proc& proc, const TreeIndex& index, const Visit& visit);
  std::uint32_t tree_of(const Proc& proc, const TreeIndex& index, std::size_t node);
  std::uint32_t tree_of_orphan(const Proc& proc, const TreeIndex& index, const ProcStat& stat);
  std::optional<std::size_t> find(int pid) const;

  std::string path_;
  std::vector<int> pids_;
  std::vector<Node> nodes_;  // in order of pid
  std::vector<std::size_t> chain_;
  std::unordered_map<int, std::uint32_t> mains_;
  std::optional<OrphanOwners> owners_;
};

}  // namespace mainstay::process
