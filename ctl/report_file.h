// A report that somebody asked to be kept.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace mainstay::ctl {

// Writes `text` into a new file of that folder, for its owner alone, and gives its path:
// "analysis_20261122_140206.txt", in local time, or "…_2.txt" when there is one already. Nothing
// that exists is written to, and no symbolic link followed at the file's place.
Result<std::filesystem::path> save_report(const std::filesystem::path& folder,
                                          std::string_view text, std::string_view extension,
                                          WallTime now);

}  // namespace mainstay::ctl
