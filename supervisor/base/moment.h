// Points in time as people write them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace mainstay {

// The forms that parse_moment takes, for help and errors.
std::string_view moment_forms();

// A duration back from `now` ("10m", "2h30m"), RFC 3339 ("2026-11-22T10:03:00Z"), a local date and
// clock ("2026-11-22 10:03", "2026-11-22 10:03:05", "2026-11-22"), a clock alone (its last
// occurrence: today's, or yesterday's when that is still to come), "now", "today" and "yesterday"
// (their beginning). Local is the machine's zone (TZ, localtime_r). A clock that the zone shows
// twice is the C library's choice; one that it skips is as far after the gap as it is inside.
Result<WallTime> parse_moment(std::string_view text, WallTime now);

}  // namespace mainstay
