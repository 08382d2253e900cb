// Options that are points in time: --since and --until.
#pragma once

#include <string>

#include "base/json.h"
#include "base/time.h"
#include "ctl/context.h"

namespace mainstay::ctl {

// The option's value as a parameter of its name, if it was given; else, or when it is none, nothing
// is changed. Returns what is wrong with it, one line for a person, or an empty text.
std::string add_moment(const Context& context, const char* name, WallTime now, Json& params);

}  // namespace mainstay::ctl
