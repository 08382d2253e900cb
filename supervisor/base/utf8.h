// UTF-8 as RFC 3629 has it, one character at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mainstay {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;  // 0: not valid UTF-8 here
};

// The character at the beginning of `text`, which is not empty: shortest form only, no surrogates,
// at most U+10FFFF.
CodePoint decode_utf8(std::string_view text);

// How many bytes at the end of `text` may be the beginning of a character whose rest is missing: 0
// to 3.
std::size_t unfinished_utf8(std::string_view text);

// The first bytes of `text`, at most `most`, not ending within a character.
std::string_view cut_utf8(std::string_view text, std::size_t most);

// U+FFFD, which stands for every byte that is not valid.
inline constexpr std::string_view kReplacementCharacter = "\xef\xbf\xbd";

}  // namespace mainstay
