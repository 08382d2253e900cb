// What `ctl logs` asks for: its options as parameters of logs.follow.
#pragma once

#include <string>
#include <variant>

#include "base/json.h"
#include "base/time.h"
#include "ctl/context.h"

namespace mainstay::ctl {

// Of a usage error: one line for a person.
using LogRequest = std::variant<Json, std::string>;

// Times are read with `now` and in the machine's zone.
LogRequest log_request(const Context& context, WallTime now);

}  // namespace mainstay::ctl
