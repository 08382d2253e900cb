// The fork server: pipes, the fork itself, and the slot of what was started.
#pragma once

#include "keeper/child.h"
#include "keeper/protocol.h"
#include "keeper/table.h"

namespace mainstay::keeper {

// Starts what `request` asks for and puts it into the table, dirty. On failure nothing is left
// behind and `refused` says why. `cgroup` is -1 without kIntoCgroup. `request` and `cgroup` stay
// the caller's.
bool start_run(Table& table, const Inheritance& inherited, const Spawn& spawn, int request,
               int cgroup, Refused& refused);

// A new pidfd for a child that was not reaped yet, or -1.
int open_pidfd(int pid);

}  // namespace mainstay::keeper
