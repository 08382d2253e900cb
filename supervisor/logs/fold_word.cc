#include "logs/fold_word.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/text.h"

namespace mainstay::logs {

namespace {

enum Class : std::uint8_t { kDigit = 1, kHexLetter = 2, kLetter = 4, kSeparator = 8 };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  for (unsigned c = 0; c < 256; ++c) {
    const unsigned low = c | 0x20U;
    if (c >= '0' && c <= '9') classes[c] = kDigit;
    if ((low >= 'a' && low <= 'z') || c >= 0x80) classes[c] = kLetter;
    if (low >= 'a' && low <= 'f' && c < 0x80) classes[c] = kLetter | kHexLetter;
  }
  for (const char c : {'_', '-', '.', ':', '/', '\\', '@', '%', '+', '~'})
    classes[static_cast<unsigned char>(c)] = kSeparator;
  return classes;
}
constexpr auto kClasses = make_classes();

unsigned class_of(char c) {
  return kClasses[static_cast<unsigned char>(c)];
}

bool all_of_class(std::string_view text, unsigned classes) {
  return std::all_of(text.begin(), text.end(),
                     [classes](char c) { return (class_of(c) & classes) != 0; });
}

bool consists_of(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [others](char c) {
    return is_digit(c) || others.find(c) != std::string_view::npos;
  });
}

// Whether `text` begins as `shape` says: '0' is a digit, everything else itself.
bool has_shape(std::string_view text, std::string_view shape) {
  return text.size() >= shape.size() &&
         std::equal(shape.begin(), shape.end(), text.begin(),
                    [](char s, char c) { return s == '0' ? is_digit(c) : s == c; });
}

bool is_time(std::string_view word) {
  constexpr std::array<std::string_view, 6> kShapes = {"0000-00-00", "0000/00/00", "00:00:00",
                                                       "00/00/0000", "00-00-0000", "00.00.0000"};
  if (std::any_of(kShapes.begin(), kShapes.end(),
                  [word](std::string_view shape) { return has_shape(word, shape); }))
    return true;
  // "22/Nov/2026:10:00:00"
  return word.size() >= 20 && has_shape(word, "00/") && word[6] == '/' &&
         has_shape(word.substr(7), "0000:00:00:00");
}

// "10.0.0.1", "10.0.0.1:5432", "10.0.0.1/24".
bool is_ip4(std::string_view word) {
  return std::count(word.begin(), word.end(), '.') == 3 && consists_of(word, ".:/") &&
         is_digit(word.front()) && is_digit(word.back()) &&
         word.find("..") == std::string_view::npos;
}

// "fe80::1", "2001:db8:0:0:0:0:0:1": colons and hexadecimal digits.
bool is_ip6(std::string_view word) {
  return std::count(word.begin(), word.end(), ':') >= 2 &&
         std::all_of(word.begin(), word.end(), [](char c) {
           return c == ':' || c == '.' || (class_of(c) & (kDigit | kHexLetter)) != 0;
         });
}

bool is_path(std::string_view word) {
  if (word.size() < 2) return false;
  const bool rooted =
      word[0] == '/' || word.starts_with("~/") || word.starts_with("./") || word.starts_with("../");
  const bool drive = word.size() > 3 && word[1] == ':' && (word[2] == '\\' || word[2] == '/') &&
                     class_of(word[0]) != kDigit;
  const bool relative =
      word.find('/') != std::string_view::npos && has_digit(word) && !consists_of(word, "/.:-%");
  return rooted || drive || relative;
}

// "12", "3.14", "250ms", "80%", "12.3KiB": a number with a short unit.
bool append_number(std::string& out, std::string_view word) {
  const std::size_t from = word[0] == '-' || word[0] == '+' ? 1 : 0;
  const auto end = static_cast<std::size_t>(
      std::find_if_not(word.begin() + static_cast<std::ptrdiff_t>(from), word.end(),
                       [](char c) { return is_digit(c) || c == '.' || c == ':'; }) -
      word.begin());
  const std::string_view unit = word.substr(end);
  if (end == from || !is_digit(word[from]) || !is_digit(word[end - 1])) return false;
  if (unit.size() > 3) return false;
  if (has_digit(unit) || !(unit == "%" || all_of_class(unit, kLetter))) return false;
  out.append("<n>").append(unit);
  return true;
}

void append_parts(std::string& out, std::string_view word) {
  while (!word.empty()) {
    const auto end = static_cast<std::size_t>(
        std::find_if(word.begin(), word.end(), [](char c) { return class_of(c) == kSeparator; }) -
        word.begin());
    append_folded_part(out, word.substr(0, end));
    if (end == word.size()) return;
    out.push_back(word[end]);
    word.remove_prefix(end + 1);
  }
}

// "https://api.example.org/v1/users": the host says more than the rest.
bool append_url(std::string& out, std::string_view word) {
  const std::size_t scheme = word.find("://");
  if (scheme == std::string_view::npos || scheme == 0) return false;
  const std::size_t host = scheme + 3;
  const std::size_t path = std::min(word.find('/', host), word.size());
  append_parts(out, word.substr(0, scheme));
  out += "://";
  append_folded_word(out, word.substr(host, path - host));
  if (path + 1 < word.size()) out += "/<path>";
  return true;
}

std::string_view name_of_kind(std::string_view word) {
  if (is_uuid(word)) return "<uuid>";
  if (is_time(word)) return "<time>";
  if (is_ip4(word) || is_ip6(word)) return "<addr>";
  if (is_path(word)) return "<path>";
  return {};
}

void append_kind(std::string& out, std::string_view word) {
  if (append_url(out, word)) return;
  if (const auto name = name_of_kind(word); !name.empty()) {
    out += name;
  } else if (word.find('@') != std::string_view::npos && word.find('.') != std::string_view::npos) {
    out += "<email>";
  } else if (!append_number(out, word)) {
    append_parts(out, word);
  }
}

}  // namespace

bool is_word_part(char c) {
  return class_of(c) != 0;
}

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_digit);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : (class_of(text[i]) & (kDigit | kHexLetter)) == 0) return false;
  }
  return true;
}

void append_folded_part(std::string& out, std::string_view part) {
  constexpr std::size_t kShortestHex = 8;
  const auto digit =
      static_cast<std::size_t>(std::find_if(part.begin(), part.end(), is_digit) - part.begin());
  if (digit == part.size()) {
    out += part;
  } else if (digit == 0 && all_of_class(part, kDigit)) {
    out += "<n>";
  } else if (part.starts_with("0x") && all_of_class(part.substr(2), kDigit | kHexLetter)) {
    out += "<hex>";
  } else if (part.size() >= kShortestHex && all_of_class(part, kDigit | kHexLetter)) {
    out += "<hex>";
  } else if (digit > 0 && all_of_class(part.substr(digit), kDigit)) {
    out.append(part.substr(0, digit)).append("<n>");
  } else {
    out += "<id>";
  }
}

void append_folded_word(std::string& out, std::string_view word) {
  // Punctuation at the end belongs to the sentence.
  std::size_t end = word.size();
  while (end > 0 && (word[end - 1] == '.' || word[end - 1] == ':'))
    --end;
  const std::string_view rest = word.substr(end);
  word = word.substr(0, end);
  const bool plain = std::none_of(word.begin(), word.end(), [](char c) {
    return is_digit(c) || c == '/' || c == '\\' || c == '@';
  });
  if (plain) {
    out += word;
  } else if (all_of_class(word, kDigit)) {
    out += "<n>";
  } else {
    append_kind(out, word);
  }
  out += rest;
}

}  // namespace mainstay::logs
