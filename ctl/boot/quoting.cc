#include "ctl/boot/quoting.h"

#include <algorithm>

#include "base/text.h"

namespace mainstay::ctl::boot {

namespace {

bool is_plain(char c) {
  const bool alphanumeric =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || std::string_view{"/._-+=,@:"}.find(c) != std::string_view::npos;
}

bool all_plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_plain);
}

}  // namespace

bool is_writable(std::string_view text) {
  const bool printable = std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
  return printable && is_valid_utf8(text);
}

std::string systemd_word(std::string_view text, bool is_program) {
  // In front of a program these would be prefixes; a path begins with none of them.
  if (all_plain(text)) return std::string{text};
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '%' || (c == '$' && !is_program)) out += c;
    out += c;
  }
  return out + '"';
}

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string shell_word(std::string_view text) {
  if (all_plain(text)) return std::string{text};
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + '\'';
}

std::string windows_word(std::string_view text) {
  if (!text.empty() && text.find_first_of(" \t\"") == std::string_view::npos)
    return std::string{text};
  std::string out = "\"";
  std::size_t backslashes = 0;
  for (const char c : text) {
    // Before a quote, and only there, backslashes count twice.
    if (c == '"') out.append(backslashes + 1, '\\');
    backslashes = c == '\\' ? backslashes + 1 : 0;
    out += c;
  }
  out.append(backslashes, '\\');
  return out + '"';
}

}  // namespace mainstay::ctl::boot
