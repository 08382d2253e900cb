#include "logs/formatted_line.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "base/utf8.h"
#include "logs/json_text.h"

namespace mainstay::logs {

namespace {

constexpr std::string_view kTimeShape = "0000-00-00T00:00:00.000000Z";
constexpr std::string_view kJsonStart = R"({"time":")";

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

// `"name":"value"`, with what separates it from the one before.
std::optional<std::string> take_member(std::string_view& text, std::string_view before) {
  return skip(text, before) ? take_json_string(text) : std::nullopt;
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
