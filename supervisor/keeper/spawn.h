// The fork server: pipes, the fork itself, and the slot of what was started.
#pragma once

#include "keeper/child.h"
#include "keeper/protocol.h"
#include "keeper/table.h"

namespace mainstay::keeper {

// Starts what the request of `task` asks for and puts it into the table, dirty. On failure nothing
// is left behind and `refused` says why. Of `task`, request and cgroup are given, and stay the
// caller's.
bool start_run(Table& table, const Spawn& spawn, ChildTask task, Refused& refused);

// A new pidfd for a child that was not reaped yet, or -1.
int open_pidfd(int pid);

}  // namespace mainstay::keeper
