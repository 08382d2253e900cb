// <state dir>/access.json. Blocks; any thread, one at a time for one directory.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "web/setup.h"

namespace mainstay::web {

inline constexpr std::string_view kAccessFile = "access.json";
// Of a token that nobody has, and that keeps everybody out when neither generation can be read:
// what was closed does not open because a disk failed.
inline constexpr std::string_view kUnreadableToken = "access-file-unreadable";

// The file's content. An error for another version and whatever access_from() refuses.
std::string access_text(const Access& access);
Result<Access> access_from_text(std::string_view text);

// Replaces the file (mode 0600); what was there becomes the earlier generation. On an error both
// are as they were.
Status write_access_file(const std::filesystem::path& state_dir, const Access& access);
// The latest generation that can be read; nobody when there is none. What cannot be read is set
// aside, never deleted, and `on_notice` is told where.
Access read_access_file(const std::filesystem::path& state_dir, WallTime now,
                        const std::function<void(const std::string&)>& on_notice);

}  // namespace mainstay::web
