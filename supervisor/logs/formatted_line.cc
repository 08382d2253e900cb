#include "logs/formatted_line.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"

namespace mainstay::logs {

namespace {

constexpr std::string_view kTimeShape = "0000-00-00T00:00:00.000000Z";
constexpr std::string_view kJsonStart = R"({"time":")";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// As far as both reach.
bool has_time_shape(std::string_view bytes) {
  const std::size_t length = std::min(bytes.size(), kTimeShape.size());
  for (std::size_t i = 0; i < length; ++i) {
    const bool same = kTimeShape[i] == '0' ? is_digit(bytes[i]) : bytes[i] == kTimeShape[i];
    if (!same) return false;
  }
  return true;
}

std::optional<WallTime> time_from(std::string_view text) {
  if (text.size() != kTimeShape.size() || !has_time_shape(text)) return std::nullopt;
  const auto at = parse_rfc3339(text);
  return at ? std::optional{*at} : std::nullopt;
}

std::optional<Stream> stream_from(std::string_view word) {
  if (word == to_string(Stream::Both)) return Stream::Both;
  return parse_stream(word);
}

// Takes `prefix` off `text` if it begins with it.
bool skip(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<ParsedLine> parse_text(std::string_view line) {
  const auto at = time_from(line.substr(0, kTimeShape.size()));
  if (!at) return std::nullopt;
  line.remove_prefix(kTimeShape.size());
  if (!skip(line, " ")) return std::nullopt;
  ParsedLine parsed;
  parsed.at = *at;
  parsed.continued = skip(line, "+");
  const std::size_t end = line.substr(0, 8).find_first_of("+ ");
  if (end == std::string_view::npos) return std::nullopt;
  const auto stream = stream_from(line.substr(0, end));
  line.remove_prefix(end);
  parsed.partial = skip(line, "+");
  if (!stream || !skip(line, " ")) return std::nullopt;
  parsed.stream = *stream;
  parsed.message = line;
  return parsed;
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

// The four digits of \uXXXX; nothing for half a surrogate pair: we write such characters as they
// are.
std::optional<std::uint32_t> hex4(std::string_view digits) {
  if (digits.size() < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : digits.substr(0, 4)) {
    const char lower = static_cast<char>(c | 0x20);
    const bool letter = lower >= 'a' && lower <= 'f';
    if (!is_digit(c) && !letter) return std::nullopt;
    value = value << 4 | static_cast<std::uint32_t>(letter ? lower - 'a' + 10 : c - '0');
  }
  return value >= 0xd800 && value <= 0xdfff ? std::nullopt : std::optional{value};
}

// One escape sequence, from behind its backslash.
bool take_escape(std::string_view& text, std::string& out) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
  if (text.empty()) return false;
  const char name = text.front();
  text.remove_prefix(1);
  if (const std::size_t known = kNames.find(name); known != std::string_view::npos) {
    out.push_back(kMeant[known]);
    return true;
  }
  const auto value = name == 'u' ? hex4(text) : std::nullopt;
  if (!value) return false;
  append_utf8(out, *value);
  text.remove_prefix(4);
  return true;
}

// A JSON string with its quotes.
std::optional<std::string> take_string(std::string_view& text) {
  std::string out;
  if (!skip(text, "\"")) return std::nullopt;
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

// `"name":"value"`, with what separates it from the one before.
std::optional<std::string> take_member(std::string_view& text, std::string_view before) {
  return skip(text, before) ? take_string(text) : std::nullopt;
}

std::optional<ParsedLine> parse_json_line(std::string_view line) {
  const auto time = take_member(line, R"({"time":)");
  const auto service = take_member(line, R"(,"service":)");
  const auto instance = take_member(line, R"(,"instance":)");
  const auto stream_word = take_member(line, R"(,"stream":)");
  auto message = take_member(line, R"(,"message":)");
  if (!time || !service || !instance || !stream_word || !message) return std::nullopt;
  const auto at = time_from(*time);
  const auto stream = stream_from(*stream_word);
  if (!at || !stream || line.empty() || line.back() != '}') return std::nullopt;
  ParsedLine parsed{*at, *stream, std::move(*message)};
  parsed.partial = skip(line, R"(,"partial":true)");
  parsed.continued = skip(line, R"(,"continued":true)");
  parsed.invalid_utf8 = skip(line, R"(,"invalid_utf8":true)");
  return parsed;
}

}  // namespace

std::optional<ParsedLine> parse_formatted(std::string_view line, model::LogFormat format) {
  switch (format) {
    case model::LogFormat::Raw:
      return std::nullopt;
    case model::LogFormat::Text:
      return parse_text(line);
    case model::LogFormat::Json:
      return parse_json_line(line);
  }
  return std::nullopt;
}

bool may_begin_formatted(std::string_view bytes, model::LogFormat format) {
  if (format == model::LogFormat::Text) return has_time_shape(bytes);
  const std::size_t length = std::min(bytes.size(), kJsonStart.size());
  return bytes.substr(0, length) == kJsonStart.substr(0, length);
}

}  // namespace mainstay::logs
