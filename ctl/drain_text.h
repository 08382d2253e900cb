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
// Where the page is, of an answer with a member "web"; nothing when there is none, or not now.
std::string page_of(const Json& answer);
// "Page: http://127.0.0.1:9615", or why there is none that was declared.
std::string page_text(const Json& answer, const Terminal& terminal);
// All of them.
std::string supervisor_text(const Json& answer, const Terminal& terminal);

}  // namespace mainstay::ctl
