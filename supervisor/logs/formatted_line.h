// Reading back what line_formatter.h writes. The bytes may be anything: whoever can write into the
// log directory may have written them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "logs/names.h"

namespace mainstay::logs {

struct ParsedLine {
  WallTime at;
  Stream stream = Stream::Out;
  std::string message;
  bool partial = false;       // goes on in the next line
  bool continued = false;     // its beginning is in an earlier line
  bool invalid_utf8 = false;  // bytes of the message were replaced
};

// Nothing for a line that is not of that format, as logs have it that were kept in another one
// before; and for the format raw.
std::optional<ParsedLine> parse_formatted(std::string_view line, model::LogFormat format);

// Whether `bytes` can be the beginning of a line of that format; of few bytes that is soon said.
bool may_begin_formatted(std::string_view bytes, model::LogFormat format);

}  // namespace mainstay::logs
