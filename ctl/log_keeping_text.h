// What `ctl logs rotate` and `ctl logs usage` print.
#pragma once

#include <string>

#include "base/json.h"
#include "base/time.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

// The lines for {"results": [{"log","ok","outcome","archive"}]}.
std::string rotate_text(const Json& answer, const Terminal& terminal);
// The table for {"services": [...], "total_bytes", "limit_bytes"}.
std::string usage_text(const Json& answer, WallTime now, const Terminal& terminal);

}  // namespace mainstay::ctl
