// Knowing when a process that is not our child has ended.
#pragma once

#include "base/fd.h"
#include "base/time.h"

namespace mainstay::ctl {

class ProcessWatch {
 public:
  // Bound to the process that has this pid now, not to a later one that gets the same number.
  explicit ProcessWatch(int pid);

  // Asks it to end (TERM); false, with errno, when that is not allowed.
  bool terminate() const;
  // Waits until it has ended, at most `patience` (kNoTimeout: for ever) or until `interrupt_fd` is
  // readable; whether it has. True at once when there was no such process.
  bool wait_until_gone(Duration patience, int interrupt_fd) const;

 private:
  UniqueFd fd_;
  bool gone_ = false;
};

}  // namespace mainstay::ctl
