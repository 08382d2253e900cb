// One supervisor per state directory: a flock on <state dir>/lock, never the pid written in it. At
// start-up only.
#pragma once

#include <filesystem>

#include "base/fd.h"
#include "base/result.h"

namespace mainstay::keeper {

// Makes the directory (0700) where it is missing, refuses one that belongs to somebody else or that
// others may write to, and takes the lock. The lock is held as long as the descriptor is open; our
// pid is in the file.
Result<UniqueFd> lock_state_directory(const std::filesystem::path& directory);

}  // namespace mainstay::keeper
