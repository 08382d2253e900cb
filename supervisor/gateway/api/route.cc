#include "gateway/api/route.h"

namespace mainstay::gateway {

namespace {

std::string_view take_part(std::string_view& rest) {
  const std::size_t slash = rest.find('/');
  const std::string_view part = rest.substr(0, slash);
  rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
  return part;
}

bool in_braces(std::string_view part) {
  return part.starts_with('{') && part.ends_with('}');
}

}  // namespace

std::optional<std::vector<PathArgument>> match(std::string_view pattern, std::string_view path) {
  std::vector<PathArgument> arguments;
  while (!pattern.empty() && !path.empty()) {
    if (pattern.ends_with("...}") && pattern.find('/') == std::string_view::npos) {
      arguments.push_back({pattern.substr(1, pattern.size() - 5), std::string{path}});
      return arguments;
    }
    // A slash at the end makes another path.
    if ((pattern.find('/') == std::string_view::npos) != (path.find('/') == std::string_view::npos))
      return std::nullopt;
    const std::string_view wanted = take_part(pattern);
    const std::string_view part = take_part(path);
    if (in_braces(wanted) && !part.empty()) {
      arguments.push_back({wanted.substr(1, wanted.size() - 2), std::string{part}});
    } else if (wanted != part) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return arguments;
}

}  // namespace mainstay::gateway
