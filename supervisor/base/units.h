// Sizes, and the scalars of the ecosystem file that carry a unit.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace mainstay {

// An amount of memory or disk, in bytes.
struct Bytes {
  std::uint64_t count = 0;
  auto operator<=>(const Bytes&) const = default;
};

// "250ms", "5s", "1m30s", "2h", "7d", "0s"; at most about 290 years. The error says what to write:
// "'5' has no unit; write 5s or 5m".
Result<Duration> parse_duration(std::string_view text);
// "512K", "10M", "1GiB" and so on, powers of 1024; "0" alone is allowed.
Result<Bytes> parse_size(std::string_view text);
// "80%" or "0.1%" as 80.0 or 0.1; at most `max`.
Result<double> parse_percent(std::string_view text, double max);

// The shortest exact form that parse_duration reads back: "1m30s".
std::string format_exact(Duration d);
// In the largest unit that says it exactly: "512M".
std::string format_exact(Bytes size);
// For people: "46 MB", "1.2 GB" (powers of 1024, as in the file).
std::string format_size(Bytes size);

}  // namespace mainstay
