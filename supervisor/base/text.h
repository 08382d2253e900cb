// Small things with text that more than one layer needs.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mainstay {

std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);

// Without the blanks and tabs around it.
std::string_view trimmed(std::string_view text);

// ASCII, whatever the locale. Objects, so that algorithms are compiled for them and call nothing.
inline constexpr auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
inline constexpr auto is_blank = [](char c) { return c == ' ' || c == '\t'; };

// How much of the beginning of `text` is as `is` says, or is not: all of it, if nothing else comes.
// Several times as fast as find_first_of(), which calls memchr for every character.
template <typename Is>
constexpr std::size_t length_while(std::string_view text, Is is) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is) - text.begin());
}
template <typename Is>
constexpr std::size_t length_until(std::string_view text, Is is) {
  return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is) - text.begin());
}

// ASCII letters only, whatever the locale.
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view one, std::string_view other);

// Declared names: [A-Za-z0-9][A-Za-z0-9._-]{0,63}.
bool is_valid_name(std::string_view name);

// The first `most` of them, comma-separated, and how many more there are: "a, b and 998 more".
std::string join_some(std::span<const std::string> parts, std::size_t most);

// Has one of `*?[`, so that it is for matches_glob.
bool is_glob(std::string_view text);

// `*`, `?` and `[a-z]` over the whole of `text`; linear in pattern × text, never recursive.
bool matches_glob(std::string_view pattern, std::string_view text);

// The candidate a person most likely meant by `word`, if one is close enough
// (Damerau-Levenshtein distance at most 1/3 of the word's length, at least 1).
std::optional<std::string> closest(std::string_view word, std::span<const std::string> candidates);

// "; did you mean 'backend'?" or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

// `text` with everything but printable characters, tab and newline made visible (\x1b, \u009b), so
// that it cannot command a terminal; SGR colour sequences pass when `allow_colour`. Invalid UTF-8
// becomes U+FFFD.
std::string escape_for_terminal(std::string_view text, bool allow_colour);

// Valid UTF-8, each invalid byte replaced by U+FFFD.
std::string to_valid_utf8(std::string_view text);
bool is_valid_utf8(std::string_view text);

// RFC 4648 with padding. Decoding gives nothing for what is not exactly that.
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

// "1 service", "3 services".
std::string count_of(std::size_t n, std::string_view singular);

// "SEGV" for 11; "signal 99" for what has no name here. And back: "TERM", "SIGTERM", "term", "15".
std::string signal_name(int number);
std::optional<int> signal_number(std::string_view name);

}  // namespace mainstay
