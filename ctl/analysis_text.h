// What `ctl analyze` prints: what needs somebody first, then a table, then what was found.
#pragma once

#include <string>

#include "base/json.h"
#include "base/time.h"
#include "ctl/terminal.h"
#include "mainstay/exit_codes.h"

namespace mainstay::ctl {

// `result` is that of analysis.get. What was found is told of services that are not green; with
// `all` of the others, too. No line is wider than the terminal.
std::string analysis_text(const Json& result, WallTime now, bool all, const Terminal& terminal);

// NotRunning when a service is red.
CtlExit analysis_exit(const Json& result);

// "reading worker … 3 of 10 services, 412 MB of 1.2 GB", from a progress item.
std::string analysis_progress(const Json& item, const Terminal& terminal);

}  // namespace mainstay::ctl
