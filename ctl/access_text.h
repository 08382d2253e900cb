// Users and tokens of the page, as people read them.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

// Of access.get.
std::string users_text(const Json& access, const Terminal& terminal);
std::string tokens_text(const Json& access, const Terminal& terminal);

std::string level_problem(std::string_view level);

}  // namespace mainstay::ctl
