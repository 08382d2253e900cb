#include "ctl/plan_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "ctl/display_width.h"
#include "ctl/json_fields.h"

namespace mainstay::ctl {

namespace {

constexpr std::size_t kWidest = 32;  // of the column of names

struct Line {
  char sign = '~';
  Tone tone = Tone::Plain;
  std::string name;
  std::string_view fate;
  std::vector<Json> differences;
};

std::vector<Line> lines_of_plan(const Json& plan) {
  std::vector<Line> lines;
  for (const std::string& name : lines_of(plan, "removed"))
    lines.push_back({'-', Tone::Bad, name, "is stopped and removed", {}});
  for (const std::string& name : lines_of(plan, "added"))
    lines.push_back({'+', Tone::Good, name, "is added", {}});
  for (const Json& change : list_of(plan, "changed")) {
    const bool restart = flag_of(change, "restart");
    lines.push_back({'~', restart ? Tone::Warn : Tone::Plain, text_of(change, "name"),
                     restart ? "is restarted" : "goes on, no restart needed",
                     list_of(change, "differences")});
  }
  return lines;
}

std::string side_of(const Json& difference, std::string_view side) {
  return member(difference, side) == nullptr ? "(not set)" : text_of(difference, side);
}

// In one line, or where that is too wide in one for each side: what it becomes is never cut off by
// what it was.
std::string difference_text(const Json& difference, const Terminal& terminal) {
  const std::string before =
      fmt::format("      {}: {}", text_of(difference, "key"), side_of(difference, "before"));
  const std::string after = fmt::format(" -> {}", side_of(difference, "after"));
  const std::size_t width = terminal.width.value_or(0);
  if (!terminal.width || display_width(before) + display_width(after) <= width)
    return before + after + "\n";
  const std::string_view ellipsis = symbols_for(terminal).ellipsis;
  return shorten_end(before, width, ellipsis) + "\n" +
         shorten_end("       " + after, width, ellipsis) + "\n";
}

std::string headline(const Json& plan) {
  std::vector<std::string> parts;
  const auto add = [&](std::size_t count, std::string_view what) {
    if (count > 0) parts.push_back(fmt::format("{} {}", count, what));
  };
  add(list_of(plan, "removed").size(), "removed");
  add(list_of(plan, "added").size(), "added");
  add(list_of(plan, "changed").size(), "changed");
  add(static_cast<std::size_t>(whole_of(plan, "unchanged").value_or(0)), "unchanged");
  return fmt::format("{}: {}\n", text_of(plan, "file"), join(parts, ", "));
}

}  // namespace

std::string plan_text(const Json& plan, const Terminal& terminal) {
  if (!flag_of(plan, "changes"))
    return fmt::format("{}: nothing would change\n", text_of(plan, "file"));
  const std::vector<Line> lines = lines_of_plan(plan);
  std::size_t width = 0;
  for (const Line& line : lines)
    width = std::max(width, std::min(display_width(line.name), kWidest));
  std::string out = headline(plan);
  for (const Line& line : lines) {
    const std::size_t taken = std::min(display_width(line.name), width);
    out += fmt::format("  {} {}{}   {}\n", paint(std::string(1, line.sign), line.tone, terminal),
                       line.name, std::string(width - taken, ' '), line.fate);
    for (const Json& difference : line.differences)
      out += difference_text(difference, terminal);
  }
  const auto settings = list_of(plan, "settings");
  if (!settings.empty()) out += "  ~ settings of the supervisor\n";
  for (const Json& difference : settings)
    out += difference_text(difference, terminal);
  return out;
}

}  // namespace mainstay::ctl
