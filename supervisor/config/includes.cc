#include "config/includes.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/limits.h"
#include "config/merge.h"
#include "config/paths.h"
#include "config/scalars.h"
#include "config/structure.h"
#include "config/yaml_door.h"

namespace mainstay::config {

const std::deque<ConfigFile>& Includes::read(const std::filesystem::path& root) {
  read_file(root, nullptr, nullptr);
  return files_;
}

const Node* Includes::parse(std::uint32_t file, bool is_root) {
  const Node* root = parse_yaml(sources_.bytes(file), file, arena_, findings_);
  if (root == nullptr || root->kind == NodeKind::Map) return root;
  const Position whole{file, Position::kWholeFile, 0, 1};
  if (root->kind != NodeKind::Null) {
    findings_.error(root->at, "",
                    fmt::format("is {}, must be a map with services", kind_name(root->kind)));
  } else if (is_root) {
    findings_.error(
        whole, "",
        "the file is empty; declare a service: `services: {web: {command: [./server]}}`");
  }
  return nullptr;
}

void Includes::read_file(const std::filesystem::path& path, const ConfigFile* includer,
                         const Field* mention) {
  const Result<std::uint32_t> file = sources_.open(path, Sources::Kind::Yaml);
  if (!file) {
    if (mention != nullptr) return mention->error(file.error().message);
    return findings_.error({0, Position::kWholeFile, 0, 1}, "", file.error().message);
  }
  const Node* tree = parse(*file, includer == nullptr);
  if (tree == nullptr) return;
  ConfigFile& made =
      files_.emplace_back(*file, tree, includer != nullptr ? &includer->vars : nullptr);
  const FileNames names{made.vars, environment_, findings_};
  const Reading reading{findings_, budget_, sources_, names};
  const Field root{reading, "", tree, {*file, 0, 0, 1}};
  check_structure(root, kFileShape);
  read_vars(root["vars"], made);
  const Node* own = root["defaults"].node();
  made.defaults = merge(includer != nullptr ? includer->defaults : nullptr, own, kServiceShape,
                        arena_, budget_);
  chain_.push_back(path);
  follow(root, made);
  chain_.pop_back();
}

void Includes::read_vars(const Field& field, ConfigFile& out) {
  for (std::size_t i = 0; field.is(NodeKind::Map) && i < field.size(); ++i) {
    const Field var = field.entry(i);
    if (!is_variable_name(var.key()) || var.key() == "INSTANCE") {
      var.error(var.key_at(),
                var.key() == "INSTANCE"
                    ? "is the number of the instance; choose another name"
                    : "is not a name for a variable: letters, digits and _ only, no digit first");
      continue;
    }
    if (const auto value = read_plain(var)) out.vars.set(std::string{var.key()}, *value);
  }
}

void Includes::follow(const Field& root, const ConfigFile& file) {
  const Field list = root["include"];
  if (list.is(NodeKind::Scalar)) {
    if (const auto text = read_plain(list)) include(list, *text, file);
  }
  for (std::size_t i = 0; list.is(NodeKind::List) && i < list.size(); ++i) {
    const Field item = list.item(i);
    if (const auto text = read_plain(item)) include(item, *text, file);
  }
}

void Includes::include(const Field& field, const std::string& text, const ConfigFile& file) {
  if (text.empty()) return field.error("is empty, must be a path");
  const std::filesystem::path path = resolve_path(sources_, field.at().file, text);
  std::vector<std::filesystem::path> found = {path};
  if (is_pattern(path)) {
    auto matches = sources_.files().matches(path);
    if (!matches) return field.error(matches.error().message);
    found = std::move(*matches);
  }
  if (chain_.size() >= kMaxIncludeDepth) return field.error("files include files too many times");
  for (const std::filesystem::path& next : found) {
    if (closes_circle(next, field)) return;
    const bool read_before =
        std::any_of(files_.begin(), files_.end(), [&](const ConfigFile& other) {
          return sources_.path(other.file).native() == next.native();
        });
    if (!read_before) read_file(next, &file, &field);
    // Past the limit of files every further one would say so.
    if (findings_.full()) return;
  }
}

bool Includes::closes_circle(const std::filesystem::path& path, const Field& field) {
  const auto first = std::find(chain_.begin(), chain_.end(), path);
  if (first == chain_.end()) return false;
  std::string circle;
  for (auto i = first; i != chain_.end(); ++i)
    circle += i->filename().string() + " -> ";
  field.error(
      fmt::format("files include each other in a circle: {}{}", circle, path.filename().string()));
  return true;
}

}  // namespace mainstay::config
