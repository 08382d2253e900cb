// What is wrong with the supervisor itself, said loudly: below the table of `ctl status`.
#pragma once

#include <string>

#include "base/json.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

// From an answer with a member "drain"; nothing when the supervisor does not drain.
std::string drain_text(const Json& answer, const Terminal& terminal);
// From an answer with a member "history"; nothing while there is one. Drain mode has none.
std::string history_text(const Json& answer, const Terminal& terminal);
// Both.
std::string supervisor_text(const Json& answer, const Terminal& terminal);

}  // namespace mainstay::ctl
