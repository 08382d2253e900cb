#include "config/condition.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "base/units.h"
#include "config/field.h"

namespace mainstay::config {

namespace {

constexpr std::string_view kForm =
    " is not a condition; write it like `queue_size{queue=default} > 1000` or `host-cpu > 80%`";

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == ':';
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 128 && !(text[0] >= '0' && text[0] <= '9') &&
         std::all_of(text.begin(), text.end(), is_name_character);
}

// "queue=default,zone=\"a b\"" between the braces.
bool are_labels(std::string_view text) {
  while (!trimmed(text).empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view label = trimmed(text.substr(0, comma));
    const std::size_t equals = label.find('=');
    if (equals == std::string_view::npos || !is_name(trimmed(label.substr(0, equals))))
      return false;
    if (trimmed(label.substr(equals + 1)).empty()) return false;
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return true;
}

bool is_metric(std::string_view text) {
  const std::size_t brace = text.find('{');
  if (brace == std::string_view::npos) return is_name(text);
  return text.ends_with('}') && is_name(trimmed(text.substr(0, brace))) &&
         are_labels(text.substr(brace + 1, text.size() - brace - 2));
}

bool is_threshold(std::string_view text) {
  double number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{}) return false;
  const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  const bool share = unit.empty() || unit == "%" || unit == "/s" || unit == "/m" || unit == "/h";
  return share || parse_size(text).ok() || parse_duration(text).ok();
}

}  // namespace

std::string problem_of_condition(std::string_view text) {
  const std::string wrong = in_quotes(text) + std::string{kForm};
  if (text.size() > 512) return wrong;
  // An operator may stand in no metric or label, so the first one divides.
  const std::size_t labels_end = text.find('}') == std::string_view::npos ? 0 : text.find('}');
  const std::size_t start = text.find_first_of("<>=!", labels_end);
  if (start == std::string_view::npos) return wrong;
  const std::size_t end = text.find_first_not_of("<>=!", start);
  if (end == std::string_view::npos) return wrong;
  const std::string_view sign = text.substr(start, end - start);
  constexpr std::string_view kSigns[] = {">", ">=", "<", "<=", "==", "!="};
  const bool known = std::find(std::begin(kSigns), std::end(kSigns), sign) != std::end(kSigns);
  const bool whole =
      known && is_metric(trimmed(text.substr(0, start))) && is_threshold(trimmed(text.substr(end)));
  return whole ? std::string{} : wrong;
}

bool is_builtin_rule(std::string_view name) {
  constexpr std::string_view kRules[] = {
      "service-failed", "service-crash-loop", "service-unhealthy", "service-frozen", "memory-limit",
      "monitor-down",   "job-failed",         "job-missed",        "host-cpu",       "host-memory",
      "host-disk",      "log-errors",         "metrics-stale"};
  return std::find(std::begin(kRules), std::end(kRules), name) != std::end(kRules);
}

}  // namespace mainstay::config
