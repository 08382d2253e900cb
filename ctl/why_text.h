// What `ctl why` prints (LOOK "Terminal").
#pragma once

#include <string>

#include "base/json.h"
#include "base/time.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

// `why` is the result of services.why.
std::string why_text(const Json& why, WallTime now, const Terminal& terminal);

}  // namespace mainstay::ctl
