#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "config/file_source.h"

namespace mainstay::config {

namespace {

bool path_matches(const std::filesystem::path& pattern, const std::filesystem::path& path) {
  auto wanted = pattern.begin();
  auto part = path.begin();
  for (; wanted != pattern.end() && part != path.end(); ++wanted, ++part) {
    if (!component_matches(wanted->string(), part->string())) return false;
  }
  return wanted == pattern.end() && part == path.end();
}

}  // namespace

bool is_pattern(const std::filesystem::path& path) {
  return is_glob(path.native());
}

bool component_matches(const std::string& pattern, const std::string& name) {
  if (!is_pattern(pattern)) return pattern == name;
  if (name.starts_with('.') && !pattern.starts_with('.')) return false;
  return matches_glob(pattern, name);
}

Result<std::string> BundledFiles::read(const std::filesystem::path& path) {
  const SourceFile* file = bundle_.find(path);
  if (file == nullptr) {
    return Error{fmt::format("cannot read {}: it was not part of the configuration in force",
                             path.string())};
  }
  return file->bytes;
}

// Every file that matched on the disk was read, so the bundle alone gives the same list.
Result<std::vector<std::filesystem::path>> BundledFiles::matches(
    const std::filesystem::path& pattern) {
  std::vector<std::filesystem::path> found;
  for (const SourceFile& file : bundle_.files) {
    if (path_matches(pattern, file.path)) found.push_back(file.path);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace mainstay::config
