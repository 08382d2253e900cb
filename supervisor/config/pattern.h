// Regular expressions of the ecosystem file: those that a matcher can run in linear time.
#pragma once

#include <string>
#include <string_view>

namespace mainstay::config {

// What is wrong with the expression, or nothing. The grammar is that of base/pattern.h; more than
// kMaxPatternBytes are refused.
std::string problem_of_pattern(std::string_view pattern);

}  // namespace mainstay::config
