// Is one process part of a tree?
#include "process/cgroup_linux.h"
#include "process/orphans_linux.h"
#include "process/tree_backend.h"

namespace mainstay::process {

namespace {

// Above what any tree of processes that is meant to be one has.
constexpr int kMostAncestors = 256;

bool is_main(const Tree& tree, const ProcStat& process, int keeper_pid) {
  if (!tree.main_alive || process.pid != tree.main_pid) return false;
  return tree.heir == 0 ? process.ppid == keeper_pid : process.start_time == tree.main_start;
}

}  // namespace

Belonging belonging_of(const Proc& proc, const Tree& tree, const TreeTable& trees, int keeper_pid,
                       const std::string& cookie_root, int pid) {
  auto at = proc.stat(pid);
  if (!at || !at->alive()) return Belonging::Gone;
  if (!tree.cgroup.empty()) {
    const bool inside = instance_in_group(proc.cgroups(pid), cookie_root) == tree.instance;
    return inside ? Belonging::Inside : Belonging::Outside;
  }
  // Up the ancestors to a main process, or to an orphan that one has left.
  for (int depth = 0; at && depth < kMostAncestors; ++depth) {
    if (is_main(tree, *at, keeper_pid)) return Belonging::Inside;
    if (at->pid == keeper_pid || trees.mains.contains(at->pid)) return Belonging::Outside;
    if (at->ppid == keeper_pid || (tree.heir != 0 && at->ppid == tree.heir)) {
      const bool reused = !tree.main_alive && trees.mains.contains(tree.main_pid);
      const bool owned =
          OrphanOwners{cookie_root}.owns(proc, *at, tree.instance, reused ? 0 : tree.main_pid);
      return owned ? Belonging::Inside : Belonging::Outside;
    }
    at = proc.stat(at->ppid);
  }
  return Belonging::Outside;
}

}  // namespace mainstay::process
