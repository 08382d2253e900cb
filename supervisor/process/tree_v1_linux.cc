// Trees as v1 freezer groups: freeze, KILL all members, thaw. Nothing can fork while it is frozen.
#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "process/cgroup_linux.h"
#include "process/pidfd_linux.h"
#include "process/tree_backend.h"

namespace mainstay::process {

namespace {

// Looks at the state in one round; a group that is slower (much to freeze, or something in D state)
// is killed as it is and again in the next round.
constexpr int kFreezeLooks = 50;
// Members whose end is waited for: those at the end of the list are the youngest.
constexpr std::size_t kWatchedAtMost = 64;

class V1Trees : public TreeBackEnd {
 public:
  V1Trees(io::Loop& loop, std::string root)
      : loop_(loop), root_(std::move(root)), name_(root_.substr(root_.rfind('/') + 1) + "/") {}

  Result<TreePlace> prepare(Tree& tree) override {
    tree.cgroup = root_ + "/" + group_name(tree.instance);
    if (auto made = make_group(tree.cgroup); !made) return made.error();
    // A supervisor that died between freezing and thawing must not freeze what is started next.
    write_control(tree.cgroup + "/freezer.state", "THAWED");
    return TreePlace{{}, {tree.cgroup + "/cgroup.procs"}};
  }

  void signal(const Tree& tree, int number) override {
    read_procs(tree.cgroup, pids_);
    for (const int pid : pids_) {
      const auto stat = proc_.stat(pid);
      if (stat && in_group(pid, tree)) signal_exactly(proc_, pid, stat->start_time, number);
    }
  }

  void kill_round(const Tree& tree) override {
    const std::string state = tree.cgroup + "/freezer.state";
    write_control(state, "FROZEN");
    for (int look = 0; look < kFreezeLooks; ++look) {
      if (read_control(state) == "FROZEN\n") break;
    }
    signal(tree, SIGKILL);
    write_control(state, "THAWED");
  }

  bool populated(const Tree& tree) override {
    read_procs(tree.cgroup, pids_);
    return !pids_.empty();
  }

  std::unique_ptr<EmptinessWatch> watch(const Tree&, std::function<void()> changed) override {
    std::reverse(pids_.begin(), pids_.end());
    pids_.resize(std::min(pids_.size(), kWatchedAtMost));
    return watch_any(loop_, pids_, std::move(changed));
  }

  void remove(const Tree& tree) override { remove_group(tree.cgroup); }

  bool holds_main(const Tree& tree) override { return in_group(tree.main_pid, tree); }

 private:
  bool in_group(int pid, const Tree& tree) const {
    return instance_in_group(proc_.cgroups(pid), name_) == tree.instance;
  }

  io::Loop& loop_;
  std::string root_;
  std::string name_;  // of the root group, as a path component
  Proc proc_;
  std::vector<int> pids_;
};

class PidfdWatch : public EmptinessWatch {
 public:
  PidfdWatch(io::Loop& loop, UniqueFd pidfd, std::function<void()> changed)
      : pidfd_(std::move(pidfd)),
        changed_(std::move(changed)),
        watch_(loop, pidfd_.get(), [this](int) {
          const auto call = changed_;  // a copy: it may destroy this watch
          call();
        }) {
    watch_.want(io::kReadable);
  }

 private:
  UniqueFd pidfd_;
  std::function<void()> changed_;
  io::FdWatch watch_;
};

}  // namespace

std::unique_ptr<TreeBackEnd> make_v1_trees(io::Loop& loop, std::string root) {
  return std::make_unique<V1Trees>(loop, std::move(root));
}

std::unique_ptr<EmptinessWatch> watch_any(io::Loop& loop, const std::vector<int>& pids,
                                          std::function<void()> changed) {
  const Proc proc;
  for (const int pid : pids) {
    // One that is dead already but still listed would wake us at once, over and over.
    UniqueFd pidfd = open_pidfd(pid);
    const auto stat = proc.stat(pid);
    if (!pidfd || !stat || !stat->alive()) continue;
    return std::make_unique<PidfdWatch>(loop, std::move(pidfd), std::move(changed));
  }
  return nullptr;
}

}  // namespace mainstay::process
