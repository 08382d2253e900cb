// Which lines an analysis has to look at closely. Most lines of a log say nothing that it counts,
// and finding that out costs a table lookup or two for each byte.
#pragma once

#include <cstddef>
#include <string_view>

namespace mainstay::logs {

struct Interest {
  bool level = false;    // it may say that it is a warning or an error, as LineKind sees it
  bool request = false;  // it may be a line of an access log
};

// Never misses what LineKind::of or parse_access would find; may be wrong in the other direction.
Interest interest_of(std::string_view line);

// bytes: no method of HTTP is longer.
inline constexpr std::size_t kLongestMethod = 16;

// How far a line that is no JSON is looked at: what comes later is no level and no request.
inline constexpr std::size_t kInterestingBytes = 4096;

}  // namespace mainstay::logs
