// Where limits can be set: which controllers of control groups are ours to use on this machine.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "process/cgroup_linux.h"
#include "process/tree.h"

namespace mainstay::process {

// "cgroup v2", "cgroup v1", "" for None.
std::string_view to_string(GroupKind kind);

struct LimitPlace {
  GroupKind kind = GroupKind::None;
  std::string root;     // the group below which each instance has its own
  std::string why_not;  // with None: "this machine has no memory controller that we may use"
};

// Controllers are "memory", "cpu" and "pids".
class LimitPlaces {
 public:
  // `trees` outlives this.
  LimitPlaces(TreeOptions options, const ProcessTrees& trees);
  virtual ~LimitPlaces() = default;
  LimitPlaces(const LimitPlaces&) = delete;
  LimitPlaces& operator=(const LimitPlaces&) = delete;

  // Found out at the first question, by making and removing a group; with v2 the controller is
  // enabled for our groups then. Nothing is touched for limits that nobody sets.
  const LimitPlace& of(std::string_view controller);
  // The v1 group of ours that a process is in, wherever an earlier supervisor made it, from the
  // text of its /proc/<pid>/cgroup.
  LimitGroup of_process(std::string_view controller, std::string_view cgroups) const;

 protected:
  virtual LimitPlace find(std::string_view controller) const;

 private:
  LimitPlace find_v1(std::string_view controller) const;
  LimitPlace find_v2(std::string_view controller) const;
  int enable_below(const std::string& group, std::string_view controller) const;

  TreeOptions options_;
  const ProcessTrees& trees_;
  std::string name_;  // "mainstay-limits-<hash>", of the v1 root groups
  std::vector<CgroupMount> mounts_;
  std::map<std::string, LimitPlace, std::less<>> places_;
};

}  // namespace mainstay::process
