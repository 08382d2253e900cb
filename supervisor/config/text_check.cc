#include "config/text_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace mainstay::config {

namespace {

// The length of the valid UTF-8 character that starts `text`, else 0.
std::size_t character_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  const std::string_view candidate = text.substr(0, length);
  return candidate.size() == length && to_valid_utf8(candidate) == candidate ? length : 0;
}

bool is_forbidden_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

BadText bad_at(std::string_view bytes, std::size_t offset, std::string what) {
  const std::string_view before = bytes.substr(0, offset);
  const std::size_t newline = before.rfind('\n');
  BadText bad;
  bad.at.line = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n'));
  bad.at.column =
      static_cast<std::uint32_t>(newline == std::string_view::npos ? offset : offset - newline - 1);
  bad.what = std::move(what);
  return bad;
}

}  // namespace

std::optional<BadText> find_bad_text(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    if (bytes[i] >= 0x20) {  // ASCII, nearly always; bytes above are negative
      ++i;
      continue;
    }
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if (is_forbidden_control(bytes[i])) {
      return bad_at(
          bytes, i,
          fmt::format("holds the control character \\x{:02x}; this is not a text file", byte));
    }
    const std::size_t length = character_length(bytes.substr(i));
    if (length == 0) {
      return bad_at(bytes, i,
                    fmt::format("is not UTF-8 (byte 0x{:02x}); save the file as UTF-8", byte));
    }
    i += length;
  }
  return std::nullopt;
}

}  // namespace mainstay::config
