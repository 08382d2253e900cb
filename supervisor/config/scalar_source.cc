#include "config/scalar_source.h"

#include <algorithm>

namespace mainstay::config {

namespace {

bool is_white(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Past "&anchor" and "!tag", which come before the value itself.
std::size_t skip_properties(std::string_view bytes, std::size_t at) {
  while (at < bytes.size() && (bytes[at] == '&' || bytes[at] == '!')) {
    while (at < bytes.size() && !is_white(bytes[at]))
      ++at;
    while (at < bytes.size() && is_white(bytes[at]))
      ++at;
  }
  return at;
}

// The byte after the closing quote, or npos.
std::size_t end_of_quoted(std::string_view bytes, std::size_t at) {
  const char quote = bytes[at++];
  for (; at < bytes.size(); ++at) {
    if (quote == '"' && bytes[at] == '\\') {
      ++at;
    } else if (bytes[at] == quote) {
      const bool doubled = quote == '\'' && at + 1 < bytes.size() && bytes[at + 1] == '\'';
      if (!doubled) return at + 1;
      ++at;
    }
  }
  return std::string_view::npos;
}

// A plain scalar ends before ": ", " #" and, conservatively, what ends it in a flow collection.
std::size_t end_of_plain(std::string_view bytes, std::size_t at) {
  for (; at < bytes.size() && bytes[at] != '\n' && bytes[at] != '\r'; ++at) {
    const bool last = at + 1 == bytes.size() || is_white(bytes[at + 1]);
    if (bytes[at] == ':' && last) return at;
    if (is_white(bytes[at]) && at + 1 < bytes.size() && bytes[at + 1] == '#') return at;
    if (bytes[at] == ',' || bytes[at] == ']' || bytes[at] == '}') return at;
  }
  return at;
}

}  // namespace

ScalarSource find_scalar(std::string_view bytes, std::size_t start) {
  start = skip_properties(bytes, std::min(start, bytes.size()));
  if (start >= bytes.size()) return {};
  const bool quoted = bytes[start] == '"' || bytes[start] == '\'';
  std::size_t end = quoted ? end_of_quoted(bytes, start) : end_of_plain(bytes, start);
  if (end == std::string_view::npos) return {1, true};
  end = std::min(end, bytes.find('\n', start));
  while (end > start && is_white(bytes[end - 1]))
    --end;
  return {std::max<std::size_t>(1, end - start), false};
}

}  // namespace mainstay::config
