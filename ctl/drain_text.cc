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

std::string said(const std::string& message, Tone tone, const Terminal& terminal) {
  const std::string text = wrapped(message, terminal.width.value_or(std::string::npos));
  return paint(text, tone, terminal) + "\n";
}

}  // namespace

std::string drain_text(const Json& answer, const Terminal& terminal) {
  const Json* drain = member(answer, "drain");
  if (drain == nullptr) return "";
  const std::string message = "The supervisor is in " + text_of(*drain, "message") + ".";
  return said(message, Tone::Bad, terminal);
}

std::string history_text(const Json& answer, const Terminal& terminal) {
  const Json* history = member(answer, "history");
  if (history == nullptr || member(answer, "drain") != nullptr) return "";
  const std::string state = text_of(*history, "state");
  if (state.empty() || state == "on") return "";
  return said("The history is " + state + ": " + text_of(*history, "reason") + ".", Tone::Warn,
              terminal);
}

std::string page_of(const Json& answer) {
  const Json* web = member(answer, "web");
  const bool good = web != nullptr && web->is_object() && text_of(*web, "problem").empty();
  return good ? text_of(*web, "url") : "";
}

std::string page_text(const Json& answer, const Terminal& terminal) {
  const Json* web = member(answer, "web");
  if (web == nullptr || !web->is_object()) return "";
  const std::string problem = text_of(*web, "problem");
  if (problem.empty()) return "Page: " + page_of(answer) + "\n";
  return said("There is no page: " + problem + ".", Tone::Warn, terminal);
}

std::string supervisor_text(const Json& answer, const Terminal& terminal) {
  return page_text(answer, terminal) + drain_text(answer, terminal) +
         history_text(answer, terminal);
}

}  // namespace mainstay::ctl
