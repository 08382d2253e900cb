// The log directory: every log file is opened below its descriptor, by a plain name, never through
// a symbolic link. Not synchronised: give a worker thread a directory of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace mainstay::logs {

// An open regular file and what it was when it was opened.
struct OpenedFile {
  UniqueFd fd;
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
  std::int64_t modified_ns = 0;  // wall time of the last change, since 1970
};

struct DirectoryEntry {
  std::string name;
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
  std::int64_t modified_ns = 0;
};

class Directory {
 public:
  // Creates what is missing (0750 as root, 0700 otherwise). Refuses a directory that everybody may
  // write to.
  static Result<Directory> open(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }

  // For appending at its end; created 0640. A symbolic link, FIFO, device or directory in its place
  // is an error that says so. If the directory was removed meanwhile, it is made again.
  Result<OpenedFile> open_for_writing(const std::string& name);
  // An error with code ENOENT when there is no such file (yet).
  Result<OpenedFile> open_for_reading(const std::string& name) const;
  // Whether open_for_writing would succeed, without creating the file.
  Status writable(const std::string& name);
  // Size and inode without opening; an error with code ENOENT when there is none.
  Result<OpenedFile> look_at(const std::string& name) const;

  // A new empty file for writing, 0640; what was there of that name is removed.
  Result<UniqueFd> create_anew(const std::string& name);
  // Gives a file another name; EEXIST when there is something of that name.
  Status rename(const std::string& from, const std::string& to);
  // Gives a file a second name; EEXIST likewise.
  Status link(const std::string& from, const std::string& to);
  Status remove(const std::string& name);
  // The regular files, in no order. Reads the whole directory: for workers.
  Result<std::vector<DirectoryEntry>> list() const;

 private:
  Directory(std::filesystem::path path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  Status reopen_if_removed();
  Error cannot(const char* verb, const std::string& name, int number) const;

  std::filesystem::path path_;
  UniqueFd fd_;
};

}  // namespace mainstay::logs
