// history.availability in words.
#pragma once

#include <string>

#include "base/json.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

// A table with a row for each service, or, when the answer has days, for each day of each.
std::string availability_text(const Json& answer, const Terminal& terminal);

}  // namespace mainstay::ctl
