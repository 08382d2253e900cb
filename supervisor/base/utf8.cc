#include "base/utf8.h"

#include <algorithm>
#include <array>

namespace mainstay {

namespace {

std::uint8_t byte_of(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

// What a first byte announces; invalid ones announce something, too.
std::size_t announced_length(std::uint8_t first) {
  if (first < 0x80) return 1;
  return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
}

bool can_begin(std::uint8_t first) {
  return first < 0x80 || (first >= 0xc2 && first <= 0xf4);
}

bool goes_on(std::uint8_t byte) {
  return (byte & 0xc0) == 0x80;
}

}  // namespace

CodePoint decode_utf8(std::string_view text) {
  const std::uint8_t first = byte_of(text, 0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = announced_length(first);
  if (!can_begin(first) || text.size() < length) return {};
  std::uint32_t value = first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if (!goes_on(byte_of(text, i))) return {};
    value = value << 6 | (byte_of(text, i) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < kSmallest[length] || value > 0x10ffff || surrogate) return {};
  return {value, length};
}

std::size_t unfinished_utf8(std::string_view text) {
  const std::size_t most = std::min<std::size_t>(3, text.size());
  for (std::size_t back = 1; back <= most; ++back) {
    const std::uint8_t byte = byte_of(text, text.size() - back);
    if (goes_on(byte)) continue;
    return can_begin(byte) && announced_length(byte) > back ? back : 0;
  }
  return 0;
}

std::string_view cut_utf8(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && goes_on(byte_of(text, most)))
    --most;
  return text.substr(0, most);
}

}  // namespace mainstay
