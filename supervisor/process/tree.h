// Process trees: everything an instance's runs have started, however often it forked, called setsid
// or ignored TERM. A stop leaves nothing behind (ARCHITECTURE; FAULTS section 4).
//
// An instance is known by its canonical name ("backend:0"). Everything is found again by that name
// and the main process' pid alone, so a new controller needs no state of the old one: it calls
// started() for every run it adopts. Loop thread only, but for TreeIndex, which is a value.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/ids.h"
#include "base/result.h"
#include "io/loop.h"

namespace mainstay::process {

// How a control group keeps a limit.
enum class GroupKind : std::uint8_t {
  None,
  V1,  // a group for each limited instance in the controller's own hierarchy
  V2,  // the group that holds the instance's tree together
};

// A group of one instance where one limit is set.
struct LimitGroup {
  GroupKind kind = GroupKind::None;
  std::string folder;
  explicit operator bool() const { return kind != GroupKind::None; }
  bool operator==(const LimitGroup&) const = default;
};

// What holds a tree together, best first.
enum class TreeKind : std::uint8_t {
  CgroupV2,  // one cgroup per instance, cgroup.kill, cgroup.events
  CgroupV1,  // one freezer cgroup per instance
  Sweep,     // descendants, and orphans that the keeper inherits as subreaper, told by their cookie
};

std::string_view to_string(TreeKind kind);

// The environment variable that every run carries; the value is ProcessTrees::cookie().
inline constexpr std::string_view kCookieVariable = "MAINSTAY_COOKIE";

struct TreeOptions {
  std::string state_dir;  // absolute; keeps two supervisors on one machine apart
  int keeper_pid = 0;     // the subreaper: parent of every main process and heir of every orphan
  // Kinds that are not even tried (tests, and people whose cgroups belong to somebody else).
  bool allow_v2 = true;
  bool allow_v1 = true;
};

// Where each instance's processes are found: a value that a worker thread may read on its own.
struct TreeIndex {
  struct Entry {
    std::string instance;
    std::string cgroup;  // absolute folder; empty with Sweep
    int main_pid = 0;    // 0: no main process now
    LimitGroup memory;   // which knows what it holds; None without limits.memory
  };
  TreeKind kind = TreeKind::Sweep;
  int keeper_pid = 0;
  std::string cookie_root;  // what every cookie of this supervisor begins with
  std::vector<Entry> entries;
};

// Where a child has to go before anything else; nowhere with Sweep.
struct TreePlace {
  UniqueFd born_in;                 // a cgroup v2 folder (O_PATH) for CLONE_INTO_CGROUP
  std::vector<std::string> enters;  // cgroup.procs files of cgroup v1, to write "0" to
};

enum class Belonging : std::uint8_t {
  Inside,
  Outside,
  Gone,  // there is no such process any more, or only its zombie
};

class ProcessTrees {
 public:
  // Finds out by making and removing a group which kind works here; never fails, Sweep always
  // works.
  ProcessTrees(io::Loop& loop, TreeOptions options);
  // Leaves groups and processes as they are: the next controller takes them over.
  ~ProcessTrees();
  ProcessTrees(const ProcessTrees&) = delete;
  ProcessTrees& operator=(const ProcessTrees&) = delete;

  TreeKind kind() const;

  // Before every start, also of a stop command: makes the instance's place.
  Result<TreePlace> prepare(const std::string& instance);
  // The value of kCookieVariable for a run. Needed with every kind: a later controller may have
  // another.
  std::string cookie(std::string_view instance, RunId run) const;

  // What every cookie of this supervisor begins with.
  const std::string& cookie_root() const;

  // The main process lives: after a spawn, and for every live run that a new controller adopts.
  void started(const std::string& instance, int main_pid);
  // The same for a main process that an earlier keeper started: it and what it leaves are children
  // of somebody else.
  void started_elsewhere(const std::string& instance, int main_pid);
  // The main process has ended (reaped or a zombie). For an adopted run that had ended before: call
  // started() and then this, so that its orphans are found by session where a cookie is gone.
  void main_ended(const std::string& instance);
  // The instance is gone for good (scaled away): removes its group when empty.
  void forget(const std::string& instance);

  // Sends `number` to every process of the tree, and CONT after it when it is a signal that is
  // meant to be acted upon, so that stopped processes see it.
  void signal_tree(const std::string& instance, int number);
  // KILLs all of the tree, again and again until none is left, whatever forks meanwhile.
  void kill_tree(const std::string& instance);
  // Does anything of the tree live? Zombies do not count, the main process does until it has ended.
  // One small read with cgroups; with Sweep it looks at the keeper's orphans.
  bool leftovers(const std::string& instance) const;
  // Is the process part of the tree? Looks at it and, without cgroups, at its ancestors.
  Belonging belonging(const std::string& instance, int pid) const;
  // Calls back once when nothing of the tree lives, during this call if that is so already. A later
  // await_empty for the same instance replaces the callback. The callback must only enqueue.
  void await_empty(const std::string& instance, std::function<void()> callback);
  void cancel_await(const std::string& instance);

  // The absolute folder of its group, which need not exist yet; empty with Sweep.
  std::string group_of(const std::string& instance) const;
  // Where the memory of the instance's processes is counted, for the index.
  void set_memory_group(const std::string& instance, LimitGroup group);

  // All instances known now. Shared until the next change, so asking often costs nothing.
  std::shared_ptr<const TreeIndex> index() const;

  // The cgroup v2 folder whose cgroup.kill ends every instance; empty with other kinds.
  std::string kill_folder() const;

  // At the end of the supervisor, when everything is stopped: removes every group of ours that is
  // empty.
  void remove_all();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mainstay::process
