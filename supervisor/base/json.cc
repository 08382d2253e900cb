#include "base/json.h"

#include <fmt/format.h>

#include "base/text.h"

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace mainstay {

namespace {

// The parser of nlohmann-json does not recurse, but whoever walks or writes the value does: depth
// is bounded before anything is built. Brackets and colons outside strings are all that counts.
Status check_shape(std::string_view text, const JsonLimits& limits) {
  std::size_t depth = 0;
  std::size_t members = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (c == ':') ++members;
    if (depth > limits.depth)
      return Error{fmt::format("nested deeper than {} at byte {}", limits.depth, i)};
    if (members > limits.members) return Error{fmt::format("more than {} members", limits.members)};
  }
  return {};
}

// Only the part after "parse error at line 1, column 5: ", and where it was.
Error parse_failure(const nlohmann::detail::exception& problem, std::size_t byte) {
  const std::string_view what = problem.what();
  const auto colon = what.find(": ");
  const auto detail = colon == std::string_view::npos ? what : what.substr(colon + 2);
  return Error{fmt::format("at byte {}: {}", byte, to_valid_utf8(detail))};
}

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (auto shape = check_shape(text, limits); !shape) return shape.error();
  return parse_trusted_json(text);
}

Result<Json> parse_trusted_json(std::string_view text) {
  try {
    return Json::parse(text.begin(), text.end());
  } catch (const Json::parse_error& problem) {
    return parse_failure(problem, problem.byte);
  } catch (const Json::exception& problem) {
    return parse_failure(problem, 0);
  }
}

std::string dump_json(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string valid;
  out += '"';
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x80) continue;
    valid = to_valid_utf8(text);
    text = valid;
    break;
  }
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xf];
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string_view json_kind(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return "a list";
    case Json::value_t::string:
      return "a string";
    case Json::value_t::boolean:
      return "true or false";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return "a whole number";
    case Json::value_t::number_float:
      return "a number";
    case Json::value_t::binary:
    case Json::value_t::discarded:
      return "nothing";
  }
  return "nothing";
}

}  // namespace mainstay
