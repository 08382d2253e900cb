// Every problem that a file may have, as people are told of it. MAINSTAY_UPDATE_GOLDEN=1 writes
// what is said now.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

#include "config/diagnostics.h"
#include "unit/config/support.h"

namespace mainstay::config::test {

namespace {

// Loads as a person would who stands in the folder, and leaves the folder again.
class InFolder {
 public:
  explicit InFolder(const std::filesystem::path& folder)
      : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(folder);
  }
  ~InFolder() { std::filesystem::current_path(before_); }

 private:
  std::filesystem::path before_;
};

std::string without_folder(std::string text, const std::string& folder) {
  for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder, at)) {
    text.replace(at, folder.size(), "FOLDER");
  }
  return text;
}

std::string what_is_said(const std::filesystem::path& file) {
  const InFolder here{file.parent_path()};
  LoadOptions options = options_with({});
  options.user_exists = [](const std::string& name) { return name == "www-data"; };
  options.group_exists = [](const std::string& name) { return name == "adm"; };
  const Loaded loaded = load(file.filename(), options);
  // A model and errors exclude each other.
  CHECK(loaded.ecosystem.has_value() == loaded.diagnostics.empty());
  const std::string said = render(loaded.diagnostics, false) + render(loaded.inactive, false);
  return without_folder(said, file.parent_path().string());
}

}  // namespace

TEST_CASE("every golden file is told of exactly as its .expected says") {
  REQUIRE(golden_files().size() > 30);
  for (const auto& file : golden_files()) {
    CAPTURE(file);
    std::filesystem::path expected = file;
    expected.replace_extension(".expected");
    const std::string said = what_is_said(file);
    if (std::getenv("MAINSTAY_UPDATE_GOLDEN") != nullptr)
      std::ofstream{expected, std::ios::binary} << said;
    CHECK(said == read_file(expected));
    CHECK_FALSE(said.empty());
  }
}

TEST_CASE("every finding has a place inside of its file") {
  for (const auto& file : golden_files()) {
    CAPTURE(file);
    const Loaded loaded = load(file, options_with({}));
    for (const Diagnostic& one : loaded.diagnostics) {
      CAPTURE(one.message);
      if (one.line == 0) continue;
      CHECK(one.column >= 1);
      CHECK(one.length >= 1);
      if (one.source_line.empty()) continue;
      CHECK(read_file(one.file).find(one.source_line) != std::string::npos);
      CHECK(one.column <= one.source_line.size() + 1);
    }
  }
}

}  // namespace mainstay::config::test
