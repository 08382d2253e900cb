// pidfds: the only safe way to signal a process that is not our child (pidfd_open(2)).
#pragma once

#include "base/fd.h"
#include "process/proc_linux.h"

namespace mainstay::process {

// Empty when the process is gone (or descriptors have run out: see errno).
UniqueFd open_pidfd(int pid);

// Signals the process that a pidfd names, dead or alive. False: it is gone, or we may not.
bool signal_pidfd(int pidfd, int number);

// Signals the process `pid` that was seen to have started at `start_time`, and no other that got
// its number meanwhile. False: it is gone, or we may not.
bool signal_exactly(const Proc& proc, int pid, std::uint64_t start_time, int number);

// Should CONT follow `number`, so that a stopped process acts upon it?
bool wakes_the_stopped(int number);

}  // namespace mainstay::process
