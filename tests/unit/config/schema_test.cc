// packaging/ecosystem.schema.json and the parser say the same.
#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "config/findings.h"
#include "config/keys.h"
#include "config/yaml_door.h"
#include "unit/config/json_of_yaml.h"
#include "unit/config/support.h"

namespace mainstay::config::test {

namespace {

class NoSources final : public SourceText {
 public:
  std::string shown_name(std::uint32_t) const override { return ""; }
  std::string_view quotable_bytes(std::uint32_t) const override { return {}; }
};

// Nothing for what is no YAML.
std::optional<Json> json_of_text(const std::string& yaml) {
  const NoSources sources;
  Findings findings{sources};
  Arena arena;
  const Node* root = parse_yaml(yaml, 0, arena, findings);
  if (root == nullptr || findings.error_count() > 0) return std::nullopt;
  return json_of(*root);
}

// The part of the schema with the properties of an object, wherever it is among alternatives.
const Json* object_rule(const Json& part) {
  const Json& rule = resolved(part);
  if (rule.contains("properties") || rule.contains("additionalProperties")) return &rule;
  if (!rule.contains("anyOf")) return nullptr;
  for (const Json& alternative : rule["anyOf"]) {
    if (const Json* found = object_rule(alternative)) return found;
  }
  return nullptr;
}

const Json* items_rule(const Json& part) {
  const Json& rule = resolved(part);
  if (rule.contains("items")) return &rule["items"];
  if (!rule.contains("anyOf")) return nullptr;
  for (const Json& alternative : rule["anyOf"]) {
    if (const Json* found = items_rule(alternative)) return found;
  }
  return nullptr;
}

void compare(const Shape& shape, const Json& part, const std::string& path, int& keys) {
  CAPTURE(path);
  if ((shape.kinds & kList) != 0) {
    const Json* items = items_rule(part);
    REQUIRE(items != nullptr);
    if (shape.each != nullptr) compare(*shape.each, *items, path + "[]", keys);
  }
  if ((shape.kinds & kMap) == 0) return;
  const Json* object = object_rule(part);
  REQUIRE(object != nullptr);
  if (shape.keys == nullptr) {
    if (shape.each != nullptr)
      compare(*shape.each, (*object)["additionalProperties"], path + ".*", keys);
    return;
  }
  std::set<std::string> here, there;
  for (const Key& key : *shape.keys)
    here.emplace(key.name);
  for (const auto& [name, rule] : (*object)["properties"].items())
    there.insert(name);
  CHECK(here == there);
  CHECK((*object)["additionalProperties"] == false);
  for (const Key& key : *shape.keys) {
    ++keys;
    const std::string name{key.name};
    if (there.count(name) == 0) continue;
    const Json& rule = (*object)["properties"][name];
    CAPTURE(name);
    CHECK((rule.contains("description") || resolved(rule).contains("description")));
    compare(*key.shape, rule, path + "." + name, keys);
  }
}

using Wrap = std::function<std::string(const std::string&)>;

// Visits every key that may be written, with how to write a file that has only it (and what it
// needs).
void for_each_place(const Shape& shape, const Wrap& wrap,
                    const std::function<void(const Shape&, const Wrap&)>& visit) {
  visit(shape, wrap);
  if (shape.keys != nullptr) {
    for (const Key& key : *shape.keys) {
      const Wrap inner = [&wrap, &key](const std::string& value) {
        return wrap("{" + std::string{key.name} + ": " + value + "}");
      };
      for_each_place(*key.shape, inner, visit);
    }
  } else if (shape.each != nullptr && (shape.kinds & kMap) != 0) {
    for_each_place(
        *shape.each, [&wrap](const std::string& value) { return wrap("{name: " + value + "}"); },
        visit);
  }
  if (shape.each != nullptr && (shape.kinds & kList) != 0) {
    for_each_place(
        *shape.each, [&wrap](const std::string& value) { return wrap("[" + value + "]"); }, visit);
  }
}

void check_refused_by_both(const std::string& yaml, const std::string& message) {
  CAPTURE(yaml);
  const auto errors = errors_of(yaml);
  CHECK(std::any_of(errors.begin(), errors.end(), [&](const std::string& error) {
    return error.find(message) != std::string::npos;
  }));
  const auto json = json_of_text(yaml);
  REQUIRE(json.has_value());
  CHECK(problem_by_schema(*json) != "");
}

void check_accepted_by_schema(const std::string& yaml) {
  const auto json = json_of_text(yaml);
  REQUIRE(json.has_value());
  CHECK(problem_by_schema(*json) == "");
}

}  // namespace

TEST_CASE("the schema has every key of the parser with a description, and no other") {
  int keys = 0;
  compare(kFileShape, schema(), "", keys);
  CHECK(keys > 150);
}

TEST_CASE("every file that the parser accepts is accepted by the schema") {
  for (const auto& file : golden_files()) {
    CAPTURE(file);
    if (!load(file, options_with({})).ecosystem) continue;
    check_accepted_by_schema(read_file(file));
  }
  for (const auto& file : example_files()) {
    CAPTURE(file);
    const Loaded loaded = load(file, options_with({{"HOME", "/home/u"}, {"PATH", "/bin"}}));
    const std::string said = render(loaded.diagnostics, false);
    INFO(said);
    CHECK(loaded.ecosystem.has_value());
    check_accepted_by_schema(read_file(file));
  }
}

TEST_CASE("a value of the wrong kind is refused by the parser and by the schema, at every place") {
  int places = 0;
  for_each_place(
      kFileShape, [](const std::string& value) { return value + "\n"; },
      [&](const Shape& shape, const Wrap& wrap) {
        if (&shape == &kFileShape) return;
        ++places;
        if ((shape.kinds & kList) == 0) check_refused_by_both(wrap("[zzz]"), "must be");
        if ((shape.kinds & kMap) == 0) check_refused_by_both(wrap("{zzz: 1}"), "must be");
        if ((shape.kinds & kText) == 0) check_refused_by_both(wrap("zzz"), "must be");
      });
  CHECK(places > 200);
}

TEST_CASE("an unknown key is refused by the parser and by the schema, at every place") {
  for_each_place(
      kFileShape, [](const std::string& value) { return value + "\n"; },
      [&](const Shape& shape, const Wrap& wrap) {
        if (shape.keys != nullptr) check_refused_by_both(wrap("{zzz: 1}"), "unknown key 'zzz'");
      });
}

TEST_CASE("words that are not among the choices are refused by both") {
  for (const char* keys :
       {"restart: {policy: zzz}", "depends_on: {a: zzz}", "limits: {memory_action: zzz}",
        "logs: {format: zzz}", "logs: {on_full: zzz}", "health: [{tcp: 1, action: zzz}]",
        "autostart: zzz", "restart: {max_restarts: zzz}", "nice: zzz", "stop: {timeout: zzz}",
        "limits: {cpu: zzz}", "limits: {core: zzz}", "umask: zzz", "ready: {notify: zzz}"}) {
    check_refused_by_both("services: {web: {command: [x], " + std::string{keys} + "}}\n", "zzz");
  }
  check_refused_by_both("jobs: {a: {command: [x], overlap: zzz}}\n", "zzz");
  check_refused_by_both("alerts: {rules: [{name: a, when: x > 1, severity: zzz}]}\n", "zzz");
  check_refused_by_both("services: {a/b: {command: [x]}}\n", "is not a name");
  check_refused_by_both("services: {web: {command: [x], health: [{interval: 1s}]}}\n",
                        "needs one of");
}

TEST_CASE("more checks than are looked at are refused by both") {
  std::string checks = "{tcp: 1}";
  for (int i = 1; i < 17; ++i)
    checks += ", {tcp: 1}";
  check_refused_by_both("services: {web: {command: [x], health: [" + checks + "]}}\n",
                        "has 17 checks, at most 16");
}

TEST_CASE("numbers out of range and without units are refused by both") {
  for (const char* keys : {"nice: 20",
                           "nice: -21",
                           "instances: 0",
                           "instances: 1001",
                           "limits: {open_files: 15}",
                           "stop: {timeout: 5}",
                           "limits: {memory: 5}",
                           "limits: {cpu: 5}",
                           "restart: {success_codes: [256]}",
                           "restart: {backoff: 5}",
                           "nice: 1.5",
                           "nice: '5'",
                           "autostart: 'true'",
                           "autostart: yes",
                           "umask: 022",
                           "ready: {notify: 2}",
                           "ready: {notify: 1024}",
                           "ready: {notify: '3'}",
                           "ready: {notify: 'true'}",
                           "ready: {notify: false}"}) {
    check_refused_by_both("services: {web: {command: [x], " + std::string{keys} + "}}\n", "");
  }
}

}  // namespace mainstay::config::test
