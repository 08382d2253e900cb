// SGR and other CSI sequences, with which many programs colour what they print.
#pragma once

#include <string>
#include <string_view>

namespace mainstay::logs {

// The length of the sequence that `text` begins with; 0: of none.
inline std::size_t colour_length(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;", 2);
  return end == std::string_view::npos ? text.size() : end + 1;
}

inline std::string without_colours(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t colour = colour_length(text);
    if (colour == 0) out.push_back(text[0]);
    text.remove_prefix(colour == 0 ? 1 : colour);
  }
  return out;
}

}  // namespace mainstay::logs
