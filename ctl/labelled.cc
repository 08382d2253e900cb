#include "ctl/labelled.h"

#include <fmt/format.h>

#include "ctl/display_width.h"

namespace mainstay::ctl {

namespace {

constexpr std::size_t kLabelWidth = 9;  // after two spaces; "gives up" and one space

}  // namespace

std::string labelled(std::string_view label, const std::vector<std::string>& parts,
                     std::string_view between, const Terminal& terminal) {
  if (parts.empty()) return "";
  const std::size_t limit = terminal.width.value_or(std::string::npos);
  std::string out = fmt::format("  {:<{}}", label, kLabelWidth);
  std::size_t at = kLabelWidth + 2;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t width = display_width(parts[i]);
    if (i > 0 && at + display_width(between) + width > limit) {
      out += "\n" + std::string(kLabelWidth + 2, ' ');
      at = kLabelWidth + 2;
    } else if (i > 0) {
      out += between;
      at += display_width(between);
    }
    out += parts[i];
    at += width;
  }
  return out + "\n";
}

std::string labelled(std::string_view label, const std::string& text, const Terminal& terminal) {
  if (text.empty()) return "";
  return labelled(label, std::vector{text}, "", terminal);
}

}  // namespace mainstay::ctl
