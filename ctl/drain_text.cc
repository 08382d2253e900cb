#include "ctl/drain_text.h"

#include "base/text.h"
#include "ctl/display_width.h"
#include "ctl/json_fields.h"

namespace mainstay::ctl {

namespace {

// Lines of whole words, as wide as the terminal.
std::string wrapped(const std::string& text, std::size_t width) {
  std::string out;
  std::size_t at = 0;
  for (const auto word : split(text, ' ')) {
    const std::size_t wide = display_width(word);
    const bool fits = at + 1 + wide <= width;
    if (at > 0) out += fits ? ' ' : '\n';
    at = at > 0 && fits ? at + 1 + wide : wide;
    out += word;
  }
  return out;
}

}  // namespace

std::string drain_text(const Json& answer, const Terminal& terminal) {
  const Json* drain = member(answer, "drain");
  if (drain == nullptr) return "";
  const std::string message = "The supervisor is in " + text_of(*drain, "message") + ".";
  const std::string text = wrapped(message, terminal.width.value_or(std::string::npos));
  return paint(text, Tone::Bad, terminal) + "\n";
}

}  // namespace mainstay::ctl
