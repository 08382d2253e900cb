// Small files that are read and written whole. Any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace mainstay {

// All of it, where the descriptor stands. On an error a part may have been written.
Status write_all(int fd, std::string_view bytes);

// A regular file of at most `most` bytes, read to its end from where the descriptor stands.
Result<std::string> read_all(int fd, std::size_t most);

// A file of the directory, read whole; links are not followed. Nothing: there is no such file.
std::optional<Result<std::string>> read_file(int directory, const std::string& name,
                                             std::size_t most);

// Replaces `name` (mode 0600); what was there becomes the earlier generation, earlier_name(name).
// On an error both are as they were.
Status write_generation(int directory, const std::string& name, std::string_view bytes);
std::string earlier_name(const std::string& name);

// For a file that cannot be used: gives it a name that nothing else has ("x.unreadable-…") and
// returns that, or `name` when it could not be renamed.
std::string set_aside(int directory, const std::string& name, WallTime now);

}  // namespace mainstay
