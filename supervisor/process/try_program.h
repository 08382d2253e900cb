// Runs a program to see whether it works: our own, before it takes our place. Not for services.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace mainstay::process {

// Runs `words` (the first is the path) without a shell, with `fds` as its descriptors 3, 4, … and
// nothing else open, and gives what it printed on both outputs, at most 64 KiB. An error when it
// cannot be run, ends with anything but code 0, or takes longer than `patience` (it is killed
// then). Blocks: for a worker.
Result<std::string> try_program(const std::vector<std::string>& words, const std::vector<int>& fds,
                                Duration patience);

}  // namespace mainstay::process
