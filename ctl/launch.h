// Starting a supervisor in the background and hearing whether it came up.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "base/time.h"

namespace mainstay::ctl {

struct LaunchPlan {
  std::filesystem::path program;  // bin/supervisor
  std::filesystem::path config;   // absolute, all of them
  std::filesystem::path state_dir;
  std::filesystem::path log_dir;
  std::filesystem::path socket;
};

// The supervisor in the folder of this program, so that a build tree runs as it is.
Result<std::filesystem::path> supervisor_beside_me();

// Its command line: program first.
std::vector<std::string> command_line(const LaunchPlan& plan, bool foreground);

// Becomes the supervisor in the foreground; returns only when that failed.
Error run_in_foreground(const LaunchPlan& plan);

enum class LaunchFailure { None, CannotStart, TimedOut, Interrupted };

struct Launched {
  LaunchFailure failure = LaunchFailure::None;
  std::string message;  // why, as the supervisor said it
};

// Starts it in a session of its own, stdin from /dev/null, its messages appended to
// <log dir>/supervisor.log, and waits until it says "ready" on the pipe that MAINSTAY_READY_FD
// names, at most `patience`, or until `interrupt_fd` is readable. Makes the folders it needs
// (0700).
Launched launch(const LaunchPlan& plan, Duration patience, int interrupt_fd);

// One `ctl up` at a time in a state directory: the second waits for the first and then finds its
// supervisor running. Held until the descriptor is closed.
Result<UniqueFd> lock_launch(const std::filesystem::path& state_dir, Duration patience,
                             int interrupt_fd);

}  // namespace mainstay::ctl
