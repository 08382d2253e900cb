#include "ctl/json_fields.h"

#include <cmath>

#include "base/text.h"

namespace mainstay::ctl {

namespace {

// Far beyond every uptime and small enough to be counted in nanoseconds.
constexpr double kMostSeconds = 9e9;

}  // namespace

const Json* member(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto at = object.find(std::string{name});
  return at == object.end() || at->is_null() ? nullptr : &*at;
}

std::string raw_text_of(const Json& object, std::string_view name) {
  const Json* value = member(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : "";
}

std::string text_of(const Json& object, std::string_view name) {
  return safe_line(raw_text_of(object, name));
}

std::string safe_line(std::string_view text) {
  std::string safe = escape_for_terminal(text, false);
  for (char& c : safe) {
    if (c == '\n' || c == '\t') c = ' ';
  }
  return safe;
}

std::optional<double> number_of(const Json& object, std::string_view name) {
  const Json* value = member(object, name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double number = value->get<double>();
  return std::isfinite(number) ? std::optional{number} : std::nullopt;
}

std::optional<std::int64_t> whole_of(const Json& object, std::string_view name) {
  const Json* value = member(object, name);
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  return value->get<std::int64_t>();
}

bool flag_of(const Json& object, std::string_view name, bool otherwise) {
  const Json* value = member(object, name);
  return value != nullptr && value->is_boolean() ? value->get<bool>() : otherwise;
}

std::optional<WallTime> time_of(const Json& object, std::string_view name) {
  const auto parsed = parse_rfc3339(raw_text_of(object, name));
  if (!parsed) return std::nullopt;
  return *parsed;
}

std::optional<Duration> seconds_of(const Json& object, std::string_view name) {
  const auto seconds = number_of(object, name);
  if (!seconds || std::abs(*seconds) > kMostSeconds) return std::nullopt;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>{*seconds});
}

std::vector<Json> list_of(const Json& object, std::string_view name) {
  const Json* value = member(object, name);
  if (value == nullptr || !value->is_array()) return {};
  return {value->begin(), value->end()};
}

std::vector<std::string> lines_of(const Json& object, std::string_view name) {
  std::vector<std::string> lines;
  for (const Json& element : list_of(object, name)) {
    if (element.is_string()) lines.push_back(safe_line(element.get<std::string>()));
  }
  return lines;
}

}  // namespace mainstay::ctl
