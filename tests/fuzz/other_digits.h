// What differs from a line in its digits only.
#pragma once

#include <string>

#include "base/text.h"

namespace mainstay::test {

// Each digit is replaced by another one, but for those before an x: "0x" is not any number.
inline std::string with_other_digits(std::string text, int by) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool before_x = i + 1 < text.size() && (text[i + 1] == 'x' || text[i + 1] == 'X');
    if (!is_digit(text[i]) || before_x) continue;
    text[i] = static_cast<char>('0' + (text[i] - '0' + by + static_cast<int>(i)) % 10);
  }
  return text;
}

}  // namespace mainstay::test
