#include "logs/json_text.h"

#include <cstddef>
#include <cstdint>

namespace mainstay::logs {

namespace {

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

std::optional<std::uint32_t> hex4(std::string_view digits) {
  if (digits.size() < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : digits.substr(0, 4)) {
    const char lower = static_cast<char>(c | 0x20);
    const bool letter = lower >= 'a' && lower <= 'f';
    if (!letter && (c < '0' || c > '9')) return std::nullopt;
    value = value << 4 | static_cast<std::uint32_t>(letter ? lower - 'a' + 10 : c - '0');
  }
  return value;
}

bool is_half(std::uint32_t value) {
  return value >= 0xd800 && value <= 0xdfff;
}

// One escape sequence, from behind its backslash.
bool take_escape(std::string_view& text, std::string& out) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
  if (text.empty()) return false;
  const char name = text.front();
  if (const std::size_t known = kNames.find(name); known != std::string_view::npos) {
    out.push_back(kMeant[known]);
    text.remove_prefix(1);
    return true;
  }
  const auto value = name == 'u' ? hex4(text.substr(1)) : std::nullopt;
  if (!value || is_half(*value)) return false;
  append_utf8(out, *value);
  text.remove_prefix(5);
  return true;
}

// "ud83d\ude00", the two halves of a character beyond 16 bits, from behind the first backslash.
bool take_pair(std::string_view& text, std::string& out) {
  if (text.size() < 11 || text[0] != 'u' || text.substr(5, 2) != "\\u") return false;
  const auto high = hex4(text.substr(1));
  const auto low = hex4(text.substr(7));
  if (!high || !low || *high >> 10 != 0x36 || *low >> 10 != 0x37) return false;
  append_utf8(out, 0x10000 + ((*high & 0x3ff) << 10) + (*low & 0x3ff));
  text.remove_prefix(11);
  return true;
}

}  // namespace

std::optional<std::string> take_json_string(std::string_view& text) {
  std::string out;
  if (!text.starts_with('"')) return std::nullopt;
  text.remove_prefix(1);
  while (true) {
    const std::size_t plain = text.find_first_of("\"\\");
    if (plain == std::string_view::npos) return std::nullopt;
    out += text.substr(0, plain);
    const bool quote = text[plain] == '"';
    text.remove_prefix(plain + 1);
    if (quote) return out;
    if (!take_escape(text, out)) return std::nullopt;
  }
}

std::string unescape_json(std::string_view inside) {
  std::string out;
  while (!inside.empty()) {
    const std::size_t plain = inside.find('\\');
    out += inside.substr(0, plain);
    if (plain == std::string_view::npos) break;
    inside.remove_prefix(plain + 1);
    if (!take_escape(inside, out) && !take_pair(inside, out)) out.push_back('\\');
  }
  return out;
}

}  // namespace mainstay::logs
