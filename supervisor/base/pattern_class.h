// Sets of characters, and the byte sequences that spell them in UTF-8.
#pragma once

#include <cstdint>
#include <vector>

#include "base/pattern.h"

namespace mainstay {

// Code points, as a class of a regular expression collects them.
class CharacterSet {
 public:
  void add(std::uint32_t first, std::uint32_t last);
  // What \d, \w, \s or, in upper case, their negations stand for; false: no such letter.
  bool add_named(char letter);
  // Adds what `other` does not hold.
  void add_all_but(CharacterSet other);
  void fold_case();

  // What matches one character of the set. `or_broken`: also a byte that is no valid UTF-8.
  PatternNode node(bool or_broken) const;

 private:
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
  };
  void tidy();

  std::vector<Range> ranges_;
};

// What `.` and negated classes without characters beyond ASCII match: `ascii`, or any one character
// beyond it, or a byte that is no valid UTF-8.
PatternNode loose_character(const ByteSet& ascii);

}  // namespace mainstay
