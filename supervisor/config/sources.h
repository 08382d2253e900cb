// The files of one load: read once each, within limits, with the names that people know them by.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/file_source.h"
#include "config/findings.h"
#include "config/source_bundle.h"

namespace mainstay::config {

class Sources final : public SourceText {
 public:
  // `given` is the ecosystem file as the person named it, `root` the same absolutely: files below
  // its folder are shown relative to it.
  Sources(FileSource& files, std::filesystem::path given, std::filesystem::path root);

  enum class Kind : std::uint8_t { Yaml, Env };  // lines of env files are never quoted
  // The index of the file, read now if it was not before.
  Result<std::uint32_t> open(const std::filesystem::path& absolute, Kind kind);

  std::string_view bytes(std::uint32_t file) const { return bundle_.files[file].bytes; }
  const std::filesystem::path& path(std::uint32_t file) const { return bundle_.files[file].path; }
  std::filesystem::path folder(std::uint32_t file) const { return path(file).parent_path(); }
  FileSource& files() { return files_; }

  std::string shown_name(std::uint32_t file) const override;
  std::string_view quotable_bytes(std::uint32_t file) const override;

  SourceBundle take() { return std::move(bundle_); }

 private:
  FileSource& files_;
  std::filesystem::path given_;
  std::filesystem::path root_folder_;
  SourceBundle bundle_;
  std::vector<Kind> kinds_;
  std::size_t total_ = 0;
};

}  // namespace mainstay::config
