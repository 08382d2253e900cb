// What the tests of config/ share: loading from memory, folders that vanish, files of the source
// tree.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "config/loader.h"

namespace mainstay::config::test {

using Variables = std::map<std::string, std::string>;

// Loads "/srv/shop/ecosystem.yaml" with `yaml` in it, and `files` beside it, without a disk.
Loaded load_text(const std::string& yaml, const Variables& environment = {},
                 const std::map<std::string, std::string>& files = {});

// The model; fails the test with what is wrong when there is none.
model::Ecosystem load_good(const std::string& yaml, const Variables& environment = {},
                           const std::map<std::string, std::string>& files = {});
// `services: {web: {command: [x], KEYS}}`, and of that the service.
model::ServiceSpec load_service(const std::string& keys, const Variables& environment = {},
                                const std::map<std::string, std::string>& files = {});

// The messages of all errors, without places.
std::vector<std::string> errors_of(const std::string& yaml, const Variables& environment = {},
                                   const std::map<std::string, std::string>& files = {});
// The only error of a service that has `keys`; says so when there is none or more than one.
std::string error_in_service(const std::string& keys, const Variables& environment = {});

LoadOptions options_with(const Variables& environment);

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& path);
// The source tree that this test was built from.
std::filesystem::path source_tree();
// tests/golden/config/*.yaml, sorted.
std::vector<std::filesystem::path> golden_files();
// ecosystem-examples/**/ecosystem.yaml, sorted.
std::vector<std::filesystem::path> example_files();
// The fenced yaml blocks of docs/config.md.
std::vector<std::string> documented_files();

}  // namespace mainstay::config::test
