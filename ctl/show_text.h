// What `ctl show` prints: everything about one instance.
#pragma once

#include <string>

#include "base/json.h"
#include "base/time.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

// `service` is the result of services.get: a service object with its "spec".
std::string show_text(const Json& service, WallTime now, const Terminal& terminal);

}  // namespace mainstay::ctl
