// No key is accepted and then forgotten: each one that is taken away changes the model.
#include <doctest/doctest.h>

#include <set>

#include "config/keys.h"
#include "config/yaml_door.h"
#include "unit/config/json_of_yaml.h"
#include "unit/config/support.h"

namespace mainstay::config::test {

namespace {

using Path = std::vector<std::string>;  // of keys and, for lists, of "[i]"

Json every_key() {
  class NoSources final : public SourceText {
   public:
    std::string shown_name(std::uint32_t) const override { return ""; }
    std::string_view quotable_bytes(std::uint32_t) const override { return {}; }
  };
  const NoSources sources;
  Findings findings{sources};
  Arena arena;
  const std::string text = read_file(source_tree() / "tests/golden/config/every-key.yaml");
  const Node* root = parse_yaml(text, 0, arena, findings);
  REQUIRE(root != nullptr);
  return json_of(*root);
}

void collect(const Json& value, const Path& path, std::vector<Path>& out) {
  if (!path.empty() && path.back()[0] != '[') out.push_back(path);
  const auto below = [&](const std::string& part) {
    Path next = path;
    next.push_back(part);
    return next;
  };
  if (value.is_object()) {
    for (const auto& [key, member] : value.items())
      collect(member, below(key), out);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      collect(value[i], below("[" + std::to_string(i) + "]"), out);
  }
}

Json without(Json value, const Path& path) {
  Json* at = &value;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    at = path[i][0] == '[' ? &(*at)[std::stoul(path[i].substr(1))] : &(*at)[path[i]];
  }
  at->erase(path.back());
  return value;
}

Loaded load_json(const Json& value) {
  return load_text(dump_json(value), {}, {{"every-key.env", "FROM_FILE=1\n"}});
}

// "services.*.restart.policy": the names that people choose do not matter.
void known_paths(const Shape& shape, const std::string& path, std::set<std::string>& out) {
  if (shape.keys != nullptr) {
    for (const Key& key : *shape.keys) {
      const std::string below = path + "." + std::string{key.name};
      out.insert(below);
      known_paths(*key.shape, below, out);
    }
  } else if (shape.each != nullptr) {
    known_paths(*shape.each, path + ".*", out);
  }
}

void used_paths(const Json& value, const Shape& shape, const std::string& path,
                std::set<std::string>& out) {
  if (shape.keys != nullptr && value.is_object()) {
    for (const auto& [name, member] : value.items()) {
      const Key* key = find_key(*shape.keys, name);
      REQUIRE(key != nullptr);
      out.insert(path + "." + name);
      used_paths(member, *key->shape, path + "." + name, out);
    }
  } else if (shape.each != nullptr && (value.is_object() || value.is_array())) {
    for (const auto& member : value)
      used_paths(member, *shape.each, path + ".*", out);
  }
}

}  // namespace

TEST_CASE("every-key.yaml has every key but some that defaults and jobs share with services") {
  std::set<std::string> known, used, missing;
  known_paths(kFileShape, "", known);
  used_paths(every_key(), kFileShape, "", used);
  for (const std::string& path : known) {
    const bool shared = path.starts_with(".defaults.") || path.starts_with(".jobs.*.logs.") ||
                        path.starts_with(".jobs.*.limits.") || path.starts_with(".jobs.*.stop.") ||
                        path.starts_with(".jobs.*.env.") || path.starts_with(".monitors.*.http.");
    const bool probe =
        path.find(".ready.http.") != std::string::npos;  // one reader for all of them
    const bool secret = path.ends_with(".file") || path.ends_with(".command");
    if (!shared && !probe && !secret && used.count(path) == 0) missing.insert(path);
  }
  std::string list;
  for (const std::string& path : missing)
    list += path + "\n";
  CHECK(list == "");
}

TEST_CASE("every key that is taken away changes the model") {
  const Json whole = every_key();
  const Loaded before = load_json(whole);
  const std::string wrong = render(before.diagnostics, false);
  INFO(wrong);
  REQUIRE(before.ecosystem.has_value());
  std::vector<Path> paths;
  collect(whole, {}, paths);
  CHECK(paths.size() > 200);
  for (const Path& path : paths) {
    std::string name;
    for (const std::string& part : path)
      name += "." + part;
    CAPTURE(name);
    // A glob that matches nothing says nothing.
    if (name == ".include") continue;
    const Loaded after = load_json(without(whole, path));
    const bool differs = !after.ecosystem.has_value() || !(*after.ecosystem == *before.ecosystem);
    CHECK(differs);
  }
}

}  // namespace mainstay::config::test
