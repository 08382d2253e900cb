// Options that say how far back to go: --since, --until and --lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "ctl/context.h"

namespace mainstay::ctl {

// The option's value as a parameter of its name, if it was given; else, or when it is none, nothing
// is changed. Returns what is wrong with it, one line for a person, or an empty text.
std::string add_moment(const Context& context, const char* name, WallTime now, Json& params);

// --since and --until, seen from now.
std::string add_span(const Context& context, Json& params);

// --lines as the parameter "limit", 1 to `most` of `what` ("events"), 50 without it; with a span
// and without --lines there is no limit.
std::string add_limit(const Context& context, std::int64_t most, std::string_view what,
                      Json& params);

}  // namespace mainstay::ctl
