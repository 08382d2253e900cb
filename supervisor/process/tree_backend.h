// What a way of holding trees together has to be able to do: the inside of ProcessTrees, which adds
// patience (kill until empty, tell when empty) and the names. One file per kind implements it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "io/loop.h"
#include "process/proc_linux.h"
#include "process/tree.h"

namespace mainstay::process {

// One instance, as a back end sees it.
struct Tree {
  std::string instance;
  std::string cgroup;  // empty with Sweep
  int main_pid = 0;    // of the latest run; stays after its end, as the number of its session
  bool main_alive = false;
  // A main process that is no child of the keeper's: who inherits what it leaves, and when it
  // started, which tells it from another that gets its number.
  int heir = 0;
  std::uint64_t main_start = 0;
  LimitGroup memory;
};

struct TreeTable {
  std::unordered_map<std::string, std::unique_ptr<Tree>> by_name;
  std::unordered_multiset<int>
      mains;  // pids of the main processes that live, as far as we were told
};

// Silent once destroyed.
class EmptinessWatch {
 public:
  virtual ~EmptinessWatch() = default;
};

class TreeBackEnd {
 public:
  virtual ~TreeBackEnd() = default;

  // Makes what a run needs.
  virtual Result<TreePlace> prepare(Tree& tree) = 0;
  virtual void signal(const Tree& tree, int number) = 0;
  // One attempt at killing everything. Called right after populated() said yes, and again after a
  // while.
  virtual void kill_round(const Tree& tree) = 0;
  virtual bool populated(const Tree& tree) = 0;
  // Called right after populated() or kill_round(): calls `changed` some time at or before the
  // moment it becomes empty, possibly more than once. Null: there is nothing to wait for by event,
  // ask again after a moment.
  virtual std::unique_ptr<EmptinessWatch> watch(const Tree& tree,
                                                std::function<void()> changed) = 0;
  virtual void remove(const Tree& tree) = 0;
  // Is the running main process of `tree` where this back end looks for it?
  virtual bool holds_main(const Tree& tree) = 0;
};

// `root`: the group below which each instance gets its own.
std::unique_ptr<TreeBackEnd> make_v2_trees(io::Loop& loop, std::string root);
std::unique_ptr<TreeBackEnd> make_v1_trees(io::Loop& loop, std::string root);
// `trees` is all instances, for telling main processes from orphans.
std::unique_ptr<TreeBackEnd> make_sweep_trees(io::Loop& loop, int keeper_pid,
                                              std::string cookie_root, const TreeTable& trees);

// For ProcessTrees::belonging(), whatever holds the tree.
Belonging belonging_of(const Proc& proc, const Tree& tree, const TreeTable& trees, int keeper_pid,
                       const std::string& cookie_root, int pid);

// Watches one live process of `pids`: whatever the tree does, it cannot become empty before that
// one ends.
std::unique_ptr<EmptinessWatch> watch_any(io::Loop& loop, const std::vector<int>& pids,
                                          std::function<void()> changed);

}  // namespace mainstay::process
