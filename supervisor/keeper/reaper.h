// Collects every child that ended: runs into their slots, the controller for its watch, strangers
// (orphans of services, or of the whole container when we are process 1) into nothing.
#pragma once

#include <sys/resource.h>

#include "keeper/table.h"

namespace mainstay::keeper {

class Reaper {
 public:
  explicit Reaper(Table& table) : table_(table) {}

  // Takes all that have ended by now, or with `only_controller` that one alone. True when
  // `controller` was among them: `status` is its wait status.
  bool reap(int controller, int& status, bool only_controller);
  // The run in the slot has ended with this wait status.
  void record(SlotId id, int status, const rusage& usage);

 private:
  Table& table_;
  std::uint64_t next_seq_ = 1;
};

// KILLs every process below us, again and again until there is none, and `cgroup_root`/cgroup.kill
// if that is not empty. Blocks for `milliseconds` at most. False when something is left (in state
// D).
bool kill_everything(Table& table, const char* cgroup_root, int milliseconds);

}  // namespace mainstay::keeper
