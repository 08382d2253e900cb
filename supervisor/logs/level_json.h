// The level in a line that is a JSON object.
#pragma once

#include <optional>
#include <string_view>

#include "logs/level.h"

namespace mainstay::logs {

// `line` begins with '{'. Looks at members of the object itself, not at those further inside. The
// object need not end: what was cut off is no obstacle.
std::optional<Level> level_of_json(std::string_view line);

// Of syslog's severities, 0 to 7.
Level level_of_syslog(unsigned severity);

}  // namespace mainstay::logs
