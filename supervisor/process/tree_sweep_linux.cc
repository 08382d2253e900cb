// Trees without cgroups: descendants of the main process, and the keeper's other children, which it
// got as subreaper, told by the cookie in their environment, else by the session that the main
// process led.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "process/orphans_linux.h"
#include "process/pidfd_linux.h"
#include "process/tree_backend.h"

namespace mainstay::process {

namespace {

// Looks at a tree that changes under our eyes before we call it what we saw last.
constexpr int kMaxPasses = 10;

class SweepTrees : public TreeBackEnd {
 public:
  SweepTrees(io::Loop& loop, int keeper_pid, std::string cookie_root, const TreeTable& trees)
      : loop_(loop), keeper_pid_(keeper_pid), owners_(std::move(cookie_root)), trees_(trees) {}

  Result<TreePlace> prepare(Tree& tree) override {
    tree.cgroup.clear();
    return TreePlace{};
  }

  void signal(const Tree& tree, int number) override {
    collect(tree);
    for (const auto& member : members_)
      signal_exactly(proc_, member.pid, member.start_time, number);
  }

  // STOP first, until a look finds nobody new: what is stopped forks no more, and KILL reaches it
  // all.
  void kill_round(const Tree& tree) override {
    std::unordered_set<int> stopped;
    for (int pass = 0; pass < kMaxPasses; ++pass) {
      bool found_new = false;
      for (const auto& member : members_) {
        if (!stopped.insert(member.pid).second) continue;
        found_new = true;
        signal_exactly(proc_, member.pid, member.start_time, SIGSTOP);
      }
      if (!found_new && !moving_) break;
      collect(tree);
    }
    for (const auto& member : members_)
      signal_exactly(proc_, member.pid, member.start_time, SIGKILL);
  }

  // Empty only when two looks in a row found nobody and nobody vanished between: one that forks and
  // exits is in no list while its child is not yet in one.
  bool populated(const Tree& tree) override {
    int clean = 0;
    for (int pass = 0; pass < kMaxPasses && clean < 2; ++pass) {
      collect(tree);
      if (!members_.empty()) return true;
      clean = moving_ ? 0 : clean + 1;
    }
    return clean < 2;
  }

  std::unique_ptr<EmptinessWatch> watch(const Tree&, std::function<void()> changed) override {
    std::vector<int> pids;
    for (const auto& member : members_)
      pids.push_back(member.pid);
    return watch_any(loop_, pids, std::move(changed));
  }

  void remove(const Tree&) override {}
  bool holds_main(const Tree&) override { return true; }

 private:
  struct Member {
    int pid;
    std::uint64_t start_time;
  };

  // Fills members_ with what lives of the tree, main process first.
  void collect(const Tree& tree) {
    members_.clear();
    seen_.clear();
    moving_ = false;
    if (tree.main_alive) {
      const auto main = proc_.stat(tree.main_pid);
      if (main && is_main(tree, *main)) add_with_descendants(*main);
    }
    for (const int pid : orphans(tree)) {
      const auto stat = proc_.stat(pid);
      if (!stat || !stat->alive()) {
        moving_ = moving_ || !stat;  // gone since it was listed: it may have left a child
        continue;
      }
      if (is_heir(tree, stat->ppid) &&
          owners_.owns(proc_, *stat, tree.instance, session_of(tree))) {
        add_with_descendants(*stat);
      }
    }
  }

  bool is_main(const Tree& tree, const ProcStat& process) const {
    return tree.heir == 0 ? process.ppid == keeper_pid_ : process.start_time == tree.main_start;
  }
  bool is_heir(const Tree& tree, int pid) const {
    return pid == keeper_pid_ || (tree.heir != 0 && pid == tree.heir);
  }

  // The heirs' children that are nobody's main process, as far as we have been told.
  const std::vector<int>& orphans(const Tree& tree) {
    orphans_.clear();
    proc_.children(keeper_pid_, orphans_);
    if (tree.heir != 0) proc_.children(tree.heir, orphans_);
    std::erase_if(orphans_, [&](int pid) { return pid == getpid() || trees_.mains.contains(pid); });
    return orphans_;
  }

  // A session's number is not given to a new process while the session has members. It says
  // nothing, though, once another instance's main process has the number.
  int session_of(const Tree& tree) const {
    return !tree.main_alive && trees_.mains.contains(tree.main_pid) ? 0 : tree.main_pid;
  }

  void add_with_descendants(const ProcStat& root) {
    std::vector<ProcStat> open{root};
    while (!open.empty()) {
      const ProcStat next = open.back();
      open.pop_back();
      if (!seen_.insert(next.pid).second) continue;
      if (next.alive()) members_.push_back({next.pid, next.start_time});
      children_.clear();
      proc_.children(next.pid, children_);
      for (const int child : children_) {
        const auto stat = proc_.stat(child);
        moving_ = moving_ || !stat;
        if (stat) open.push_back(*stat);
      }
    }
  }

  io::Loop& loop_;
  int keeper_pid_;
  OrphanOwners owners_;
  const TreeTable& trees_;
  Proc proc_;
  std::vector<Member> members_;  // of the latest collect()
  bool moving_ = false;          // it met a process that vanished
  std::unordered_set<int> seen_;
  std::vector<int> orphans_;
  std::vector<int> children_;
};

}  // namespace

std::unique_ptr<TreeBackEnd> make_sweep_trees(io::Loop& loop, int keeper_pid,
                                              std::string cookie_root, const TreeTable& trees) {
  return std::make_unique<SweepTrees>(loop, keeper_pid, std::move(cookie_root), trees);
}

}  // namespace mainstay::process
