#include "config/sources.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/limits.h"

namespace mainstay::config {

Sources::Sources(FileSource& files, std::filesystem::path given, std::filesystem::path root)
    : files_(files), given_(std::move(given)), root_folder_(root.parent_path()) {}

Result<std::uint32_t> Sources::open(const std::filesystem::path& absolute, Kind kind) {
  for (std::size_t i = 0; i < bundle_.files.size(); ++i) {
    if (bundle_.files[i].path.native() == absolute.native()) return static_cast<std::uint32_t>(i);
  }
  if (bundle_.files.size() >= kMaxFiles) {
    return Error{fmt::format("cannot read {}: a configuration may have {} files", absolute.string(),
                             kMaxFiles)};
  }
  Result<std::string> bytes = files_.read(absolute);
  if (!bytes) return bytes.error();
  total_ += bytes->size();
  if (total_ > kMaxTotalBytes) {
    return Error{fmt::format("cannot read {}: the files of a configuration may have 8 MB together",
                             absolute.string())};
  }
  bundle_.files.push_back({absolute, std::move(*bytes)});
  kinds_.push_back(kind);
  return static_cast<std::uint32_t>(bundle_.files.size() - 1);
}

std::string Sources::shown_name(std::uint32_t file) const {
  // Before anything could be read, there is only the name that was given.
  if (file >= bundle_.files.size()) return given_.string();
  const std::filesystem::path& path = bundle_.files[file].path;
  const auto [folder, inside] =
      std::mismatch(root_folder_.begin(), root_folder_.end(), path.begin(), path.end());
  if (folder != root_folder_.end()) return path.string();
  std::filesystem::path shown = given_.parent_path();
  for (auto part = inside; part != path.end(); ++part)
    shown /= *part;
  return shown.string();
}

std::string_view Sources::quotable_bytes(std::uint32_t file) const {
  if (file >= bundle_.files.size() || kinds_[file] == Kind::Env) return {};
  std::string_view text = bundle_.files[file].bytes;
  return text.starts_with("\xef\xbb\xbf") ? text.substr(3) : text;
}

}  // namespace mainstay::config
