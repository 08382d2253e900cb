// Crash records as `ctl show NAME --crashes` prints them, and the line of `ctl why` about them.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

// `result` is that of services.crashes for `name`.
std::string crashes_text(const Json& result, std::string_view name, const Terminal& terminal);

// "5 kept, the last at 14:02:11 (signal SEGV after 12 s)" of services.why; empty: there is none.
std::string crash_summary(const Json& why, WallTime now);

}  // namespace mainstay::ctl
