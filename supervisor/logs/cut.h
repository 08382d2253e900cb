// How a log becomes an archive: in steps that can be interrupted between any two.
//
// The index is linked to the archive's name first, so that it is never without a name; then the log
// is renamed, which is the moment of the cut; then the index loses its old name. After a crash
// before the cut, the log goes on with its index, and the archiver clears the other name away.
// After a crash behind it, the log is empty and begins a new index (OpenLogs removes what is left
// at its name), which does not touch the archive's.
#pragma once

#include <string>

#include "base/result.h"
#include "logs/directory.h"

namespace mainstay::logs {

inline constexpr int kCutSteps = 3;
// Step 0, 1 or 2, on their own for the tests of crashes.
Status cut_step(int step, Directory& directory, const std::string& log, const std::string& archive);
// All of them. A failure leaves the log as it was. `archive` must not exist: EEXIST otherwise.
Status cut_log(Directory& directory, const std::string& log, const std::string& archive);

}  // namespace mainstay::logs
