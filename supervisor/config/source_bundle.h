// Every file that a configuration was read from, with its bytes: what a new controller loads, so
// that an edit on disk changes nothing until somebody applies it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace mainstay::config {

struct SourceFile {
  std::filesystem::path path;  // absolute
  std::string bytes;
  bool operator==(const SourceFile&) const = default;
};

// Holds what env files hold, so it is as secret as they are: keep it in memory or in mode 0600.
struct SourceBundle {
  std::vector<SourceFile> files;  // the ecosystem file first, then in the order of reading

  std::string encode() const;
  // Refuses, with a reason, whatever encode() cannot have written: bad magic, lengths that do not
  // fit, more files or bytes than a load would read, trailing bytes.
  static Result<SourceBundle> decode(std::string_view bytes);

  const SourceFile* find(const std::filesystem::path& path) const;
  bool operator==(const SourceBundle&) const = default;
};

}  // namespace mainstay::config
