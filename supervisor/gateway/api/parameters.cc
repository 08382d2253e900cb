#include "gateway/api/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "base/moment.h"
#include "base/text.h"

namespace mainstay::gateway {

namespace {

constexpr JsonLimits kBodyLimits{.depth = 8, .members = 64};
constexpr std::size_t kShown = 64;  // of what a client wrote

std::string shown(std::string_view text) {
  return to_valid_utf8(text.substr(0, kShown)) + (text.size() > kShown ? "…" : "");
}

const Parameter* find(std::span<const Parameter> known, std::string_view name) {
  const auto found = std::find_if(known.begin(), known.end(),
                                  [name](const Parameter& each) { return each.name == name; });
  return found == known.end() ? nullptr : &*found;
}

Error unknown(std::string_view name, std::span<const Parameter> known) {
  std::vector<std::string> names;
  for (const Parameter& each : known)
    names.emplace_back(each.name);
  if (names.empty()) return {fmt::format("{}: nothing of that name is taken here", shown(name))};
  return {fmt::format("no parameter named '{}' here{}; known are {}", shown(name),
                      name.size() > kShown ? "" : did_you_mean(name, names), join(names, ", "))};
}

Error wrong(const Parameter& parameter, std::string_view why) {
  return {fmt::format("{}: {}", parameter.name, why)};
}

Result<Json> choice(const Parameter& parameter, std::string_view value) {
  std::vector<std::string> words;
  for (const auto word : split(parameter.choices, '|')) {
    if (word == value) return Json(std::string{value});
    words.emplace_back(word);
  }
  return wrong(parameter,
               fmt::format("must be one of {}, not '{}'", join(words, ", "), shown(value)));
}

Result<Json> whole(const Parameter& parameter, std::string_view value) {
  std::int64_t number = 0;
  const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool read = failed == std::errc{} && end == value.data() + value.size();
  if (read && number >= parameter.least && number <= parameter.most) return Json(number);
  return wrong(parameter, fmt::format("must be a whole number from {} to {}, not '{}'",
                                      parameter.least, parameter.most, shown(value)));
}

Result<Json> time(const Parameter& parameter, std::string_view value, WallTime now) {
  const auto moment = parse_moment(value, now);
  if (moment) return Json(format_rfc3339_micros(*moment));
  return wrong(parameter, moment.error().message);
}

Result<Json> flag_value(const Parameter& parameter, std::string_view value) {
  if (value == "true" || value == "1") return Json(true);
  if (value == "false" || value == "0") return Json(false);
  return wrong(parameter, fmt::format("must be true or false, not '{}'", shown(value)));
}

Result<Json> read_text(const Parameter& parameter, std::string_view value, WallTime now) {
  switch (parameter.kind) {
    case ParameterKind::Choice:
      return choice(parameter, value);
    case ParameterKind::Whole:
      return whole(parameter, value);
    case ParameterKind::Flag:
      return flag_value(parameter, value);
    case ParameterKind::Time:
      return time(parameter, value, now);
    case ParameterKind::List:
      return target_list(value);
    case ParameterKind::Text:
    case ParameterKind::Anything:
      break;
  }
  if (!is_valid_utf8(value)) return wrong(parameter, "is not valid UTF-8");
  return Json(std::string{value});
}

Status require(std::span<const Parameter> known, const Arguments& arguments) {
  for (const Parameter& each : known) {
    const Json& where = each.ours ? arguments.own : arguments.params;
    if (each.required && !where.contains(std::string{each.name})) return wrong(each, "is missing");
  }
  return {};
}

bool fits(const Parameter& parameter, const Json& value) {
  if (parameter.kind == ParameterKind::Anything) return value.is_string() || value.is_number();
  return value.is_string();
}

Status read_members(const Json& object, std::span<const Parameter> known, Arguments& arguments) {
  for (const auto& [name, value] : object.items()) {
    const Parameter* parameter = find(known, name);
    if (parameter == nullptr) return unknown(name, known);
    if (!fits(*parameter, value))
      return wrong(*parameter,
                   fmt::format("must be a text{}, not {}",
                               parameter->kind == ParameterKind::Anything ? " or a number" : "",
                               json_kind(value)));
    (parameter->ours ? arguments.own : arguments.params)[name] = value;
  }
  return {};
}

}  // namespace

bool Arguments::flag(std::string_view name, bool otherwise) const {
  const auto found = own.find(std::string{name});
  return found == own.end() ? otherwise : found->get<bool>();
}

Json target_list(std::string_view expression) {
  Json list = Json::array();
  for (const auto word : split(expression, ',')) {
    if (!word.empty()) list.push_back(to_valid_utf8(word));
  }
  return list;
}

Status read_query(const ApiRequest& request, std::span<const Parameter> known, WallTime now,
                  Arguments& arguments) {
  for (const auto& [name, value] : request.query) {
    const Parameter* parameter = find(known, name);
    if (parameter == nullptr) return unknown(name, known);
    Json& where = parameter->ours ? arguments.own : arguments.params;
    if (where.contains(name)) return wrong(*parameter, "is given twice");
    auto read = read_text(*parameter, value, now);
    if (!read) return read.error();
    where[name] = std::move(*read);
  }
  return require(known, arguments);
}

Status read_body(std::string_view body, std::span<const Parameter> known, Arguments& arguments) {
  if (!body.empty()) {
    const auto parsed = parse_json(body, kBodyLimits);
    if (!parsed)
      return Error{fmt::format("cannot read the body as JSON: {}", parsed.error().message)};
    if (!parsed->is_object())
      return Error{fmt::format("the body must be an object, not {}", json_kind(*parsed))};
    if (const Status read = read_members(*parsed, known, arguments); !read) return read;
  }
  return require(known, arguments);
}

}  // namespace mainstay::gateway
