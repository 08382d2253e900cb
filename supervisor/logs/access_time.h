// How long a request took, as access logs write it.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace mainstay::logs {

// "0.123" with the unit, or "12ms", "1.5s", "300us", "12µs", "40ns" with its own. Nothing for other
// texts, negative numbers and more than a day.
std::optional<Duration> parse_took(std::string_view text, std::optional<Duration> unit);

// In what follows the status of an access line: the first decimal number outside of quotes, number
// with a unit, or value of a key that says so.
std::optional<Duration> find_took(std::string_view rest);

}  // namespace mainstay::logs
