#include "unit/config/support.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace mainstay::config::test {

LoadOptions options_with(const Variables& environment) {
  LoadOptions options;
  options.environment = [environment](std::string_view name) -> std::optional<std::string> {
    const auto found = environment.find(std::string{name});
    return found == environment.end() ? std::nullopt : std::optional{found->second};
  };
  return options;
}

Loaded load_text(const std::string& yaml, const Variables& environment,
                 const std::map<std::string, std::string>& files) {
  SourceBundle bundle;
  bundle.files.push_back({"/srv/shop/ecosystem.yaml", yaml});
  for (const auto& [name, bytes] : files)
    bundle.files.push_back({"/srv/shop/" + name, bytes});
  return load_bundle(bundle, options_with(environment));
}

model::Ecosystem load_good(const std::string& yaml, const Variables& environment,
                           const std::map<std::string, std::string>& files) {
  Loaded loaded = load_text(yaml, environment, files);
  const std::string wrong = render(loaded.diagnostics, false);
  INFO(wrong);
  REQUIRE(loaded.ecosystem.has_value());
  return *loaded.ecosystem;
}

model::ServiceSpec load_service(const std::string& keys, const Variables& environment,
                                const std::map<std::string, std::string>& files) {
  const bool has_command = keys.find("command:") == 0;
  const std::string command = has_command ? "" : "command: [x], ";
  model::Ecosystem loaded =
      load_good("services: {web: {" + command + keys + "}}\n", environment, files);
  REQUIRE(loaded.services.size() == 1);
  return loaded.services[0];
}

std::vector<std::string> errors_of(const std::string& yaml, const Variables& environment,
                                   const std::map<std::string, std::string>& files) {
  std::vector<std::string> messages;
  for (const Diagnostic& one : load_text(yaml, environment, files).diagnostics) {
    messages.push_back(one.message);
  }
  return messages;
}

std::string error_in_service(const std::string& keys, const Variables& environment) {
  const bool has_command = keys.find("command:") == 0;
  const std::string command = has_command ? "" : "command: [x], ";
  const auto errors = errors_of("services: {web: {" + command + keys + "}}\n", environment);
  if (errors.size() != 1) return std::to_string(errors.size()) + " errors";
  const std::string prefix = "services.web.";
  return errors[0].starts_with(prefix) ? errors[0].substr(prefix.size()) : errors[0];
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "mainstay-config-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryFolder::write(const std::string& name,
                                             const std::string& text) const {
  const std::filesystem::path path = path_ / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream{path, std::ios::binary} << text;
  // Whatever the umask of who runs the tests: files for the strict loader must not be shared.
  std::filesystem::permissions(path, std::filesystem::perms{0644});
  std::filesystem::permissions(path.parent_path(), std::filesystem::perms{0755});
  return path;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

std::filesystem::path source_tree() {
  return MAINSTAY_SOURCE_DIR;
}

std::vector<std::filesystem::path> golden_files() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry :
       std::filesystem::directory_iterator{source_tree() / "tests/golden/config"}) {
    if (entry.path().extension() == ".yaml") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::filesystem::path> example_files() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator{source_tree() / "ecosystem-examples"}) {
    if (entry.path().filename() == "ecosystem.yaml") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> documented_files() {
  std::vector<std::string> blocks;
  std::istringstream lines;
  for (const char* page : {"docs/config.md", "docs/health.md", "docs/monitors.md"})
    lines.str(lines.str() + read_file(source_tree() / page));
  bool inside = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "```yaml") {
      inside = true;
      blocks.emplace_back();
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

}  // namespace mainstay::config::test
