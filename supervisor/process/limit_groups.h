// Makes and sets the control groups that keep an instance's limits, and says in words how each
// limit is kept. Loop thread only.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "keeper/request.h"
#include "process/limit_places.h"
#include "process/limit_settings.h"
#include "runtime/ports.h"

namespace mainstay::process {

// What keeps the limits of one instance.
struct InstanceLimits {
  LimitGroup memory;
  LimitGroup cpu;
  LimitGroup processes;
  // What the service sets for itself once it is another user's.
  std::vector<keeper::RunLimit> resources;
  // "limits.memory 512M: by cgroup v1; restarted from 496M on", for each limit.
  std::vector<std::string> described;
};

class LimitGroups {
 public:
  // `trees` and `places` outlive this. `notice` is told once of each limit that is not kept.
  LimitGroups(ProcessTrees& trees, LimitPlaces& places,
              std::function<void(const std::string&)> notice);

  // For a new run, after ProcessTrees::prepare: groups are made anew where they are empty.
  // Never fails.
  InstanceLimits make(const runtime::StartRequest& start);
  // For a run that lives: what has a group is set as declared now, the rest waits.
  InstanceLimits take_over(const runtime::StartRequest& start, int main_pid);
  // The groups that the run of a main process is in, or was, as they are.
  InstanceLimits find(const std::string& instance, int main_pid);
  // When nothing lives in them.
  void remove(const InstanceLimits& limits);

 private:
  LimitGroup new_group(std::string_view controller, const runtime::StartRequest& start,
                       std::string& trouble);
  LimitGroup by_name(std::string_view controller, const std::string& instance);
  void lift(const std::string& tree_group, std::string_view controller);
  void keep(InstanceLimits& out, std::string_view controller, const runtime::StartRequest& start,
            std::string trouble);

  ProcessTrees& trees_;
  LimitPlaces& places_;
  std::function<void(const std::string&)> notice_;
  std::set<std::string> said_;
};

}  // namespace mainstay::process
