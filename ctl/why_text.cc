#include "ctl/why_text.h"

#include <fmt/format.h>

#include <vector>

#include "base/text.h"
#include "ctl/crash_text.h"
#include "ctl/display_width.h"
#include "ctl/event_text.h"
#include "ctl/json_fields.h"
#include "ctl/labelled.h"

namespace mainstay::ctl {

namespace {

std::string before_text(const Json& why, WallTime now, const Terminal& terminal) {
  // One long error, again and again, would bury the rest; the headline has it whole.
  constexpr std::size_t kWidest = 72;
  std::vector<std::string> parts;
  for (const Json& event : list_of(why, "before")) {
    parts.push_back(event_time(event, now) + " " +
                    shorten_end(event_phrase(event), kWidest, symbols_for(terminal).ellipsis));
  }
  return labelled("before", parts, symbols_for(terminal).between, terminal);
}

std::string crashes_line(const Json& why, WallTime now, const Terminal& terminal) {
  const std::string summary = crash_summary(why, now);
  if (summary.empty()) return "";
  const Json* service = member(why, "service");
  const std::string name = service == nullptr ? "" : text_of(*service, "name");
  return labelled("crashes", {summary, fmt::format("ctl show {} --crashes", name)}, "  ", terminal);
}

std::string last_words_text(const Json& why) {
  const Json* words = member(why, "last_words");
  if (words == nullptr) return "";
  const std::vector<Json> lines = list_of(*words, "lines");
  if (lines.empty()) return "";
  const std::string stream = raw_text_of(*words, "stream");
  const std::string_view name = stream == "err" ? "stderr" : stream == "out" ? "stdout" : "output";
  std::string out = fmt::format("  last words ({})\n", name);
  for (const Json& line : lines) {
    const std::string text = line.is_string() ? line.get<std::string>() : raw_text_of(line, "text");
    out += "      " + safe_line(text) + "\n";
  }
  return out;
}

}  // namespace

std::string why_text(const Json& why, WallTime now, const Terminal& terminal) {
  std::string out = text_of(why, "headline") + "\n";
  out += labelled("next", text_of(why, "next"), terminal);
  out += labelled("gives up", text_of(why, "gives_up"), terminal);
  for (const std::string& note : lines_of(why, "notes"))
    out += labelled("note", note, terminal);
  for (const std::string& check : lines_of(why, "checks"))
    out += labelled("check", check, terminal);
  out += before_text(why, now, terminal);
  out += crashes_line(why, now, terminal);
  out += labelled("rules", lines_of(why, "rules"), symbols_for(terminal).between, terminal);
  out += last_words_text(why);
  out += labelled("try", lines_of(why, "try"), "    ", terminal);
  return out;
}

}  // namespace mainstay::ctl
