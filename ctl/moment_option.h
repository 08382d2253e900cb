// Options that are points in time.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "ctl/context.h"

namespace mainstay::ctl {

// The value of --NAME as people write it (base/moment.h); nothing when it is not there, or when it
// is none: then `problem`, if there was none before, is what to say.
std::optional<WallTime> moment_option(const Context& context, const char* name, WallTime now,
                                      std::string& problem);

}  // namespace mainstay::ctl
