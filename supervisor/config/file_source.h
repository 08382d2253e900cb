// Where the bytes of a configuration come from: the disk, or a bundle of an earlier load.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/source_bundle.h"

namespace mainstay::config {

class FileSource {
 public:
  virtual ~FileSource() = default;
  // The bytes of a regular file of at most kMaxFileBytes. The error reads "cannot read PATH:
  // reason".
  virtual Result<std::string> read(const std::filesystem::path& path) = 0;
  // The files whose absolute path matches `pattern` (`*`, `?`, `[a-z]` within a component), sorted.
  // Names that start with a dot only match a pattern that does. Matching nothing is no error.
  virtual Result<std::vector<std::filesystem::path>> matches(
      const std::filesystem::path& pattern) = 0;
};

class DiskFiles final : public FileSource {
 public:
  explicit DiskFiles(bool refuse_unsafe) : refuse_unsafe_(refuse_unsafe) {}
  Result<std::string> read(const std::filesystem::path& path) override;
  Result<std::vector<std::filesystem::path>> matches(const std::filesystem::path& pattern) override;

 private:
  bool refuse_unsafe_;
};

class BundledFiles final : public FileSource {
 public:
  explicit BundledFiles(const SourceBundle& bundle) : bundle_(bundle) {}
  Result<std::string> read(const std::filesystem::path& path) override;
  Result<std::vector<std::filesystem::path>> matches(const std::filesystem::path& pattern) override;

 private:
  const SourceBundle& bundle_;
};

// Whether `path` has `*`, `?` or `[` in it.
bool is_pattern(const std::filesystem::path& path);
// One component of a path against one of a pattern, with the rule about dots.
bool component_matches(const std::string& pattern, const std::string& name);

}  // namespace mainstay::config
