// What another file would change, for people: the answer of config.plan and config.apply.
#pragma once

#include <string>

#include "base/json.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

// A line about the whole, then one for each service that is removed, added or changed, with what
// changed below it. "nothing would change" when that is so.
std::string plan_text(const Json& plan, const Terminal& terminal);

}  // namespace mainstay::ctl
