// Programs of the system, run without a shell.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace mainstay::ctl::boot {

struct Ran {
  int code = 0;        // 128 + the signal for one that was killed
  std::string output;  // both streams, at most 64 KiB
};

// The program is looked up in PATH; it gets no input. An error: it could not be run, or was killed
// because it took longer than `patience`.
Result<Ran> run_program(const std::vector<std::string>& words, Duration patience);

}  // namespace mainstay::ctl::boot
