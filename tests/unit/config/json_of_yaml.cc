#include "unit/config/json_of_yaml.h"

#include <doctest/doctest.h>

#include <map>
#include <regex>

#include "unit/config/support.h"

namespace mainstay::config::test {

namespace {

const std::regex& compiled(const std::string& pattern) {
  static std::map<std::string, std::regex> known;
  const auto found = known.find(pattern);
  return found != known.end() ? found->second
                              : known.emplace(pattern, std::regex{pattern}).first->second;
}

Json scalar_of(const Node& node) {
  const std::string text{node.text};
  if (!node.plain) return text;
  if (text == "true" || text == "false") return text == "true";
  if (std::regex_match(text, compiled("[-+]?[0-9]+")))
    return std::strtoll(text.c_str(), nullptr, 10);
  if (std::regex_match(text, compiled("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?"))) {
    return std::strtod(text.c_str(), nullptr);
  }
  return text;
}

bool has_type(const Json& value, const std::string& type) {
  if (type == "null") return value.is_null();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "array") return value.is_array();
  return type == "object" && value.is_object();
}

std::string check(const Json& value, const Json& rule, const std::string& path);

std::string check_type(const Json& value, const Json& type) {
  if (type.is_string()) return has_type(value, type) ? "" : "is no " + type.get<std::string>();
  for (const Json& one : type) {
    if (has_type(value, one)) return "";
  }
  return "is none of " + type.dump();
}

std::string check_object(const Json& value, const Json& rule, const std::string& path) {
  if (!value.is_object()) return "";
  for (const auto& [key, member] : value.items()) {
    const std::string below = path + "/" + key;
    if (rule.contains("propertyNames")) {
      const std::string wrong = check(Json(key), rule["propertyNames"], below);
      if (!wrong.empty()) return wrong;
    }
    const Json* member_rule = nullptr;
    if (rule.contains("properties") && rule["properties"].contains(key)) {
      member_rule = &rule["properties"][key];
    } else if (rule.contains("additionalProperties")) {
      const Json& more = rule["additionalProperties"];
      if (more.is_boolean() && !more.get<bool>()) return below + ": unknown";
      if (more.is_object()) member_rule = &more;
    }
    const std::string wrong = member_rule != nullptr ? check(member, *member_rule, below) : "";
    if (!wrong.empty()) return wrong;
  }
  return "";
}

std::string check_alternatives(const Json& value, const Json& rules, const std::string& path) {
  std::string all;
  for (const Json& rule : rules) {
    const std::string wrong = check(value, rule, path);
    if (wrong.empty()) return "";
    all += " | " + wrong;
  }
  return "none of:" + all;
}

std::string check_keyword(const std::string& word, const Json& value, const Json& rule,
                          const std::string& path) {
  const Json& argument = rule[word];
  if (word == "$ref") return check(value, resolved(rule), path);
  if (word == "type") return check_type(value, argument);
  if (word == "const") return value == argument ? "" : "is not " + argument.dump();
  if (word == "enum")
    return std::find(argument.begin(), argument.end(), value) != argument.end()
               ? ""
               : "is not one of " + argument.dump();
  if (word == "anyOf") return check_alternatives(value, argument, path);
  if (word == "pattern") {
    return !value.is_string() || std::regex_search(value.get<std::string>(), compiled(argument))
               ? ""
               : "does not fit " + argument.dump();
  }
  if (word == "minimum") return !value.is_number() || value >= argument ? "" : "is too small";
  if (word == "maximum") return !value.is_number() || value <= argument ? "" : "is too large";
  if (word == "minItems" || word == "minProperties") {
    const bool counted = word == "minItems" ? value.is_array() : value.is_object();
    return !counted || value.size() >= argument ? "" : "has too few";
  }
  if (word == "required") {
    for (const Json& key : argument) {
      if (value.is_object() && !value.contains(key.get<std::string>()))
        return "lacks " + key.dump();
    }
    return "";
  }
  if (word == "maxItems")
    return !value.is_array() || value.size() <= argument ? "" : "has too many";
  if (word == "items") {
    for (std::size_t i = 0; value.is_array() && i < value.size(); ++i) {
      const std::string wrong = check(value[i], argument, path + "/" + std::to_string(i));
      if (!wrong.empty()) return wrong;
    }
    return "";
  }
  if (word == "properties") return check_object(value, rule, path);
  const bool with_properties = rule.contains("properties");
  if (word == "additionalProperties" || word == "propertyNames")
    return with_properties ? "" : check_object(value, rule, path);
  const bool remark =
      word == "description" || word == "title" || word == "$schema" || word == "definitions";
  return remark ? "" : "the test does not know the keyword " + word;
}

std::string check(const Json& value, const Json& rule, const std::string& path) {
  for (const auto& [word, argument] : rule.items()) {
    std::string wrong = check_keyword(word, value, rule, path);
    if (wrong.empty()) continue;
    return wrong.starts_with("/") ? wrong : path + ": " + wrong;
  }
  return "";
}

}  // namespace

Json json_of(const Node& node) {
  switch (node.kind) {
    case NodeKind::Null:
      return nullptr;
    case NodeKind::Scalar:
      return scalar_of(node);
    case NodeKind::List: {
      Json list = Json::array();
      for (const Node* item : node.items)
        list.push_back(json_of(*item));
      return list;
    }
    case NodeKind::Map: {
      Json map = Json::object();
      for (const Entry& entry : node.entries)
        map[std::string{entry.key->text}] = json_of(*entry.value);
      return map;
    }
  }
  return nullptr;
}

const Json& schema() {
  static const Json loaded = [] {
    auto parsed = parse_trusted_json(read_file(source_tree() / "packaging/ecosystem.schema.json"));
    REQUIRE(parsed.ok());
    return *parsed;
  }();
  return loaded;
}

const Json& resolved(const Json& schema_part) {
  if (!schema_part.contains("$ref")) return schema_part;
  const std::string reference = schema_part["$ref"];
  const std::string prefix = "#/definitions/";
  REQUIRE(reference.starts_with(prefix));
  return resolved(schema()["definitions"].at(reference.substr(prefix.size())));
}

std::string problem_by_schema(const Json& value) {
  return check(value, schema(), "");
}

}  // namespace mainstay::config::test
