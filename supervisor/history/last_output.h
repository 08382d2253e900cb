// The last words of a run that has ended, from its logs.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/time.h"
#include "history/crash_record.h"
#include "logs/directory.h"
#include "logs/line.h"

namespace mainstay::history {

// Of each stream.
inline constexpr std::size_t kLastLines = 50;
inline constexpr std::size_t kLastBytes = 64UL * 1024;
// A longer line keeps its beginning.
inline constexpr std::size_t kLongestLine = 4UL * 1024;

// The last lines that were captured from `began` to `ended`, of each log that has any: a later run
// of the instance may have begun to print already.
std::vector<LastOutput> last_output(const logs::Directory& directory,
                                    std::span<const logs::Source> sources, WallTime began,
                                    WallTime ended);

}  // namespace mainstay::history
