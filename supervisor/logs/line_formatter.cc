#include "logs/line_formatter.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"
#include "logs/level.h"
#include "logs/line.h"

namespace mainstay::logs {

namespace {

static_assert(kFormattedBatch + kMaxLine + 1 <= kMaxFormatted);

// What is not cut in two: all of it, or what ends before a character that goes on later.
std::string_view without_unfinished(std::string_view text, bool ended) {
  const std::size_t cut = ended ? 0 : unfinished_utf8(text);
  return cut < text.size() ? text.substr(0, text.size() - cut) : text;
}

// --- text ---

std::size_t append_text(std::string& out, const LineShape& shape, const PrintedLine& line) {
  const std::string time = format_rfc3339_micros(line.at);
  const std::string_view stream = to_string(shape.stream);
  const std::size_t head = time.size() + stream.size() + 4;
  std::string_view text = without_unfinished(line.text, line.ended);
  if (text.size() > kMaxLine - head) {
    text = without_unfinished(text.substr(0, kMaxLine - head), false);
  }
  const bool partial = !line.ended || text.size() < line.text.size();
  out += time;
  out += line.continued ? " +" : " ";
  out += stream;
  out += partial ? "+ " : " ";
  out += text;
  out += '\n';
  return text.size();
}

// --- json ---

bool needs_no_escape(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
}

// One character of a JSON string. C1 controls and DEL may stand there as they are, but a terminal
// that shows the file would obey them.
std::string escaped(CodePoint point, std::string_view text) {
  switch (point.value) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      break;
  }
  const bool control = point.value < 0x20 || (point.value >= 0x7f && point.value < 0xa0);
  return control ? fmt::format("\\u{:04x}", point.value)
                 : std::string{text.substr(0, point.length)};
}

struct Escaped {
  std::size_t taken = 0;
  bool invalid = false;  // bytes were replaced
};

// As much of `text` as fits into `room` bytes of a JSON string.
Escaped append_escaped(std::string& out, std::string_view text, std::size_t room) {
  Escaped done;
  while (done.taken < text.size()) {
    const std::string_view left = text.substr(done.taken, room);
    const auto special = std::find_if_not(left.begin(), left.end(), needs_no_escape);
    const auto plain = static_cast<std::size_t>(special - left.begin());
    out += left.substr(0, plain);
    done.taken += plain;
    room -= plain;
    if (done.taken == text.size() || room == 0) break;
    const std::string_view rest = text.substr(done.taken);
    const CodePoint point = decode_utf8(rest);
    const std::string one =
        point.length == 0 ? std::string{kReplacementCharacter} : escaped(point, rest);
    if (one.size() > room) break;
    out += one;
    done.taken += std::max<std::size_t>(1, point.length);
    done.invalid = done.invalid || point.length == 0;
    room -= one.size();
  }
  return done;
}

std::size_t append_json(std::string& out, const LineShape& shape, const PrintedLine& line) {
  // The longest that may follow the message.
  constexpr std::size_t kTail =
      std::string_view{R"(","partial":true,"continued":true,"invalid_utf8":true})"}.size() + 64;
  const std::size_t begin = out.size();
  out += R"({"time":")";
  out += format_rfc3339_micros(line.at);
  out += R"(","service":")";
  append_escaped(out, shape.service, kMaxLine);
  out += R"(","instance":")";
  append_escaped(out, shape.instance, kMaxLine);
  out += R"(","stream":")";
  out += to_string(shape.stream);
  out += R"(","message":")";
  const std::size_t head = out.size() - begin;
  const Escaped message =
      append_escaped(out, without_unfinished(line.text, line.ended), kMaxLine - head - kTail);
  out += '"';
  if (!line.ended || message.taken < line.text.size()) out += R"(,"partial":true)";
  if (line.continued) out += R"(,"continued":true)";
  if (message.invalid) out += R"(,"invalid_utf8":true)";
  if (line.lost) {
    out += fmt::format(R"(,"lost_bytes":{},"lost_lines":{})", line.lost->bytes, line.lost->lines);
  }
  out += "}\n";
  return message.taken;
}

}  // namespace

std::size_t append_formatted(std::string& out, const LineShape& shape, const PrintedLine& line) {
  return shape.format == model::LogFormat::Text ? append_text(out, shape, line)
                                                : append_json(out, shape, line);
}

Formatted format_lines(const LineShape& shape, std::string_view bytes, const CaptureTimes& times,
                       bool continued, bool at_end, std::size_t most) {
  Formatted done;
  done.continues = continued;
  WallTime at = times.first;
  while (done.text.size() < most) {
    const std::string_view left = bytes.substr(done.taken);
    const std::size_t newline = left.substr(0, kMaxLine + 1).find('\n');
    const bool has_newline = newline != std::string_view::npos;
    const bool is_long = !has_newline && left.size() > kMaxLine;
    const bool is_last = !has_newline && !is_long && at_end && (!left.empty() || done.continues);
    if (!has_newline && !is_long && !is_last) break;
    PrintedLine line{left.substr(0, has_newline ? newline : std::min(left.size(), kMaxLine)),
                     at,
                     done.continues,
                     !is_long,
                     {}};
    if (!line.continued && level_of(line.text) == Level::Error) ++done.errors;
    const std::size_t fitted = append_formatted(done.text, shape, line);
    done.continues = is_long || fitted < line.text.size();
    done.taken += fitted + (has_newline && !done.continues ? 1 : 0);
    if (!done.continues) at = times.rest;
    if (is_last && !done.continues) break;
  }
  return done;
}

}  // namespace mainstay::logs
