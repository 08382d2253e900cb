// The syntax of regular expressions, as far as a matcher can run them in linear time.
#pragma once

#include <bitset>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mainstay {

using ByteSet = std::bitset<256>;

// An expression taken apart. It matches bytes; a character beyond ASCII is a sequence of them.
struct PatternNode {
  enum class Kind : unsigned char { Byte, Sequence, Choice, Repeat, Begin, End, Word, NoWord };
  static constexpr unsigned kNoLimit = std::numeric_limits<unsigned>::max();

  Kind kind = Kind::Sequence;        // of no parts: matches nothing, which is found everywhere
  ByteSet bytes{};                   // Byte: one of these
  std::vector<PatternNode> parts{};  // of Sequence, Choice; the one of Repeat
  unsigned least = 0;                // Repeat
  unsigned most = kNoLimit;
};

struct PatternProblem {
  std::string what;    // "a ( is never closed"
  std::size_t at = 0;  // offset in the pattern
};

// Known are characters, `.`, [classes], (groups), (?:groups), |, * + ? {m,n} and their lazy forms,
// ^ $ \b \B, \d \w \s and their negations, and escaped punctuation. Back-references and look-around
// are refused, because no matcher can bound them; so are more than 32 groups in groups and repeats
// above 1000. `ignore_case` is that of ASCII letters.
std::variant<PatternNode, PatternProblem> parse_pattern(std::string_view pattern,
                                                        bool ignore_case = false);

}  // namespace mainstay
