// Access logs whose lines are JSON objects.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "logs/access_line.h"

namespace mainstay::logs {

// `line` begins with '{'; see parse_access.
std::optional<AccessEntry> parse_access_json(std::string_view line, std::string& storage);

}  // namespace mainstay::logs
