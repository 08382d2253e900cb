// Opens a file on a way that nobody else could have changed.
#pragma once

#include <filesystem>

#include "base/fd.h"
#include "base/result.h"

namespace mainstay::config {

// Walks to the absolute `path` one component at a time, by descriptor, following symbolic links.
// Refuses when a folder, a link or the file itself is owned by somebody else than root or the
// effective user, or is writable by group or others (a folder with the sticky bit may be: its
// entries are checked themselves). What comes back is opened for reading, without blocking, and is
// what was checked.
Result<UniqueFd> open_unshared(const std::filesystem::path& path);

}  // namespace mainstay::config
