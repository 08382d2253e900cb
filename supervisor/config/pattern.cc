#include "config/pattern.h"

#include <fmt/format.h>

#include <variant>

#include "base/pattern.h"
#include "config/limits.h"

namespace mainstay::config {

std::string problem_of_pattern(std::string_view pattern) {
  if (pattern.empty()) return "is empty, must be a regular expression";
  if (pattern.size() > kMaxPatternBytes) {
    return fmt::format("is longer than {} bytes", kMaxPatternBytes);
  }
  const auto parsed = parse_pattern(pattern);
  const auto* problem = std::get_if<PatternProblem>(&parsed);
  if (problem == nullptr) return "";
  return "is not a regular expression that can be used: " + problem->what;
}

}  // namespace mainstay::config
