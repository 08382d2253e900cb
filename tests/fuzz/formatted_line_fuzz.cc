// Lines of the formats text and json: any bytes that a service prints come back as they were or as
// valid UTF-8, and any bytes at all can be read. Built as a libFuzzer target with MAINSTAY_FUZZ,
// and run with fixed input by tests/unit/logs/line_formatter_test.cc.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "logs/formatted_line.h"
#include "logs/line.h"
#include "logs/line_formatter.h"

using namespace mainstay;
using namespace mainstay::logs;

namespace {

// What all messages say together, with a newline after each that does not go on.
std::string read_back(const std::string& log, model::LogFormat format) {
  std::string out;
  for (std::size_t at = 0; at < log.size();) {
    const std::size_t newline = log.find('\n', at);
    if (newline == std::string::npos || newline - at > kMaxLine) std::abort();
    const auto line = parse_formatted(std::string_view{log}.substr(at, newline - at), format);
    if (!line) std::abort();
    out += line->message;
    if (!line->partial) out += '\n';
    at = newline + 1;
  }
  return out;
}

void check_round_trip(std::string_view printed, model::LogFormat format) {
  const LineShape shape{format, "web", "web:1", Stream::Err};
  const WallTime at{std::chrono::seconds{1'000'000'000}};
  std::string log;
  bool continues = false;
  for (std::size_t taken = 0; taken < printed.size() || continues;) {
    const Formatted lines = format_lines(shape, printed.substr(taken), {at, at}, continues, true);
    if (lines.text.empty() || lines.text.size() > kMaxFormatted) std::abort();
    log += lines.text;
    taken += lines.taken;
    continues = lines.continues;
  }
  std::string expected{printed};
  if (!printed.empty() && printed.back() != '\n') expected += '\n';
  const bool exact = format == model::LogFormat::Text;
  if (read_back(log, format) != (exact ? expected : to_valid_utf8(expected))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  for (const auto format : {model::LogFormat::Text, model::LogFormat::Json}) {
    static_cast<void>(parse_formatted(bytes, format));
    static_cast<void>(may_begin_formatted(bytes, format));
    check_round_trip(bytes, format);
  }
  return 0;
}
