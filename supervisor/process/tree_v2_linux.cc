// Trees as cgroup v2 groups: KILL is one write and atomic against fork, emptiness is an event.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "process/cgroup_linux.h"
#include "process/pidfd_linux.h"
#include "process/tree_backend.h"

namespace mainstay::process {

namespace {

// cgroup.events is "changed" for poll(2) since the descriptor was read last, so reading it re-arms.
class EventsWatch : public EmptinessWatch {
 public:
  EventsWatch(io::Loop& loop, UniqueFd events, std::function<void()> changed)
      : events_(std::move(events)),
        changed_(std::move(changed)),
        watch_(loop, events_.get(), [this](int) {
          acknowledge();
          const auto call = changed_;  // a copy: it may destroy this watch
          call();
        }) {
    // Emptied before we began to watch: these files are always readable, so that fires in the next
    // turn.
    watch_.want(acknowledge() ? io::kPriority : io::kReadable);
  }

 private:
  // Is it populated?
  bool acknowledge() {
    std::array<char, 256> text;
    const ssize_t n = pread(events_.get(), text.data(), text.size(), 0);
    const std::string_view events{text.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
    return events.find("populated 1") != std::string_view::npos;
  }

  UniqueFd events_;
  std::function<void()> changed_;
  io::FdWatch watch_;
};

class V2Trees : public TreeBackEnd {
 public:
  V2Trees(io::Loop& loop, std::string root)
      : loop_(loop), root_(std::move(root)), name_(root_.substr(root_.rfind('/') + 1) + "/") {}

  Result<TreePlace> prepare(Tree& tree) override {
    tree.cgroup = root_ + "/" + group_name(tree.instance);
    // Kernels since 6.14 compare a wrong kill count for CLONE_INTO_CGROUP: whatever is born into a
    // group that cgroup.kill was ever written to dies at once. So a killed group, and one that we
    // do not know the past of, is replaced; if it is in use, rmdir fails and it stays.
    const bool may_have_been_killed = never_killed_.insert(tree.instance).second;
    if (may_have_been_killed) rmdir(tree.cgroup.c_str());
    // To be born in a group is quick; to move there waits for every processor (10 ms and more).
    TreePlace place;
    if (!may_have_been_killed) place.born_in = open_group(tree);
    if (place.born_in) return place;
    if (auto made = make_group(tree.cgroup); !made) return made.error();
    place.born_in = open_group(tree);
    if (!place.born_in) return system_error("cannot open control group " + tree.cgroup, errno);
    return place;
  }

  void signal(const Tree& tree, int number) override {
    std::vector<int> pids;
    read_procs(tree.cgroup, pids);
    for (const int pid : pids) {
      const auto stat = proc_.stat(pid);
      // Whoever has this number now is ours only if it is in the group: the number may be a new
      // owner's.
      if (stat && in_group(pid, tree)) signal_exactly(proc_, pid, stat->start_time, number);
    }
  }

  void kill_round(const Tree& tree) override {
    never_killed_.erase(tree.instance);
    // cgroup.kill came with Linux 5.14; before it, KILL for each until none is left.
    if (write_control(tree.cgroup + "/cgroup.kill", "1") != 0) signal(tree, SIGKILL);
  }

  bool populated(const Tree& tree) override { return is_populated(tree.cgroup); }

  std::unique_ptr<EmptinessWatch> watch(const Tree& tree, std::function<void()> changed) override {
    UniqueFd events{open((tree.cgroup + "/cgroup.events").c_str(), O_RDONLY | O_CLOEXEC)};
    if (!events) return nullptr;
    return std::make_unique<EventsWatch>(loop_, std::move(events), std::move(changed));
  }

  void remove(const Tree& tree) override {
    never_killed_.erase(tree.instance);
    remove_group(tree.cgroup);
  }

  bool holds_main(const Tree& tree) override { return in_group(tree.main_pid, tree); }

 private:
  static UniqueFd open_group(const Tree& tree) {
    return UniqueFd{open(tree.cgroup.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  }

  bool in_group(int pid, const Tree& tree) const {
    return instance_in_group(proc_.cgroups(pid), name_) == tree.instance;
  }

  io::Loop& loop_;
  std::string root_;
  std::string name_;                              // of the root group, as a path component
  std::unordered_set<std::string> never_killed_;  // instances whose group is as it was made
  Proc proc_;
};

}  // namespace

std::unique_ptr<TreeBackEnd> make_v2_trees(io::Loop& loop, std::string root) {
  return std::make_unique<V2Trees>(loop, std::move(root));
}

}  // namespace mainstay::process
