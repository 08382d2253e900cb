// Regular expressions of the ecosystem file: those that a matcher can run in linear time.
#pragma once

#include <string>
#include <string_view>

namespace mainstay::config {

// What is wrong with the expression, or nothing. Known are characters, `.`, [classes], (groups),
// (?:groups),
// |, * + ? {m,n} and their lazy forms, ^ $ \b \B, \d \w \s and their negations, and escaped
// punctuation. Back-references and look-around are refused, because no matcher can bound them; so
// are more than kMaxPatternBytes, more than 32 groups in groups and repeats above 1000.
std::string problem_of_pattern(std::string_view pattern);

}  // namespace mainstay::config
