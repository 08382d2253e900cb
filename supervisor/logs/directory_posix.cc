#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>
#include <cerrno>

#include "logs/directory.h"
#include "logs/file_time.h"

namespace mainstay::logs {

namespace {

constexpr mode_t kFileMode = 0640;

mode_t directory_mode() {
  return geteuid() == 0 ? 0750 : 0700;
}

// Makes `path` and what is missing above it. An existing directory is left as it is.
int make_directories(const std::filesystem::path& path) {
  if (mkdir(path.c_str(), directory_mode()) == 0 || errno == EEXIST) return 0;
  if (errno != ENOENT || !path.has_parent_path() || path.parent_path() == path) return errno;
  if (const int number = make_directories(path.parent_path()); number != 0) return number;
  return mkdir(path.c_str(), directory_mode()) == 0 || errno == EEXIST ? 0 : errno;
}

Error cannot_use(const std::filesystem::path& path, int number) {
  return system_error(fmt::format("cannot use log directory {}", path.string()), number);
}

Result<UniqueFd> open_directory(const std::filesystem::path& path) {
  if (const int number = make_directories(path); number != 0) return cannot_use(path, number);
  UniqueFd fd{open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  struct stat info {};
  if (!fd || fstat(fd.get(), &info) != 0) return cannot_use(path, errno);
  // In such a directory somebody else could put files in the place of ours.
  if ((info.st_mode & S_IWOTH) != 0) {
    return Error{
        fmt::format("cannot use log directory {}: everybody may write to it; run chmod o-w {}, or "
                    "choose another with --log-dir",
                    path.string(), path.string()),
        EPERM};
  }
  return fd;
}

OpenedFile describe(UniqueFd fd, const struct stat& info) {
  return {std::move(fd), static_cast<std::uint64_t>(info.st_size), info.st_ino,
          file_time_ns(info.st_mtim)};
}

// The errno that opening `mode` would have given, 0 for a regular file.
int kind_error(mode_t mode) {
  if (S_ISREG(mode)) return 0;
  if (S_ISLNK(mode)) return ELOOP;
  return S_ISDIR(mode) ? EISDIR : ENXIO;
}

const char* explain(int number) {
  switch (number) {
    case ELOOP:
      return "it is a symbolic link; remove it";
    case EISDIR:
      return "it is a directory; remove it";
    case ENXIO:
      return "it is not a regular file (a FIFO, socket or device); remove it";
    default:
      return nullptr;
  }
}

}  // namespace

Result<Directory> Directory::open(std::filesystem::path path) {
  auto fd = open_directory(path);
  if (!fd) return fd.error();
  return Directory{std::move(path), std::move(*fd)};
}

Error Directory::cannot(const char* verb, const std::string& name, int number) const {
  std::string what = fmt::format("cannot {} log {}", verb, (path_ / name).string());
  if (const char* reason = explain(number)) return {what + ": " + reason, number};
  return system_error(std::move(what), number);
}

Status Directory::reopen_if_removed() {
  struct stat info {};
  if (fstat(fd_.get(), &info) == 0 && info.st_nlink > 0) return {};
  auto fd = open_directory(path_);
  if (!fd) return fd.error();
  fd_ = std::move(*fd);
  return {};
}

Result<OpenedFile> Directory::open_for_writing(const std::string& name) {
  if (name.find('/') != std::string::npos) return cannot("write", name, EINVAL);
  // Not O_APPEND: splice refuses it. O_NONBLOCK: opening a FIFO must not wait for its reader.
  constexpr int kFlags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  if (const auto usable = writable(name); !usable) return usable.error();
  UniqueFd fd{openat(fd_.get(), name.c_str(), kFlags, kFileMode)};
  struct stat info {};
  if (!fd || fstat(fd.get(), &info) != 0) return cannot("write", name, errno);
  if (!S_ISREG(info.st_mode)) return cannot("write", name, kind_error(info.st_mode));
  return describe(std::move(fd), info);
}

Result<OpenedFile> Directory::open_for_reading(const std::string& name) const {
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  auto seen = look_at(name);  // before opening: even opening a FIFO or a device can have effects
  if (!seen) return seen.error();
  UniqueFd fd{openat(fd_.get(), name.c_str(), kFlags)};
  struct stat info {};
  if (!fd || fstat(fd.get(), &info) != 0) return cannot("read", name, errno);
  if (!S_ISREG(info.st_mode)) return cannot("read", name, kind_error(info.st_mode));
  return describe(std::move(fd), info);
}

Status Directory::writable(const std::string& name) {
  if (auto there = reopen_if_removed(); !there) return there;
  struct stat info {};
  if (fstatat(fd_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) {
    if (const int number = kind_error(info.st_mode)) return cannot("write", name, number);
    if (faccessat(fd_.get(), name.c_str(), W_OK, AT_EACCESS) == 0) return {};
    return cannot("write", name, errno);
  }
  if (errno != ENOENT) return cannot("write", name, errno);
  if (faccessat(fd_.get(), ".", W_OK | X_OK, AT_EACCESS) == 0) return {};
  return cannot("create", name, errno);
}

Result<OpenedFile> Directory::look_at(const std::string& name) const {
  struct stat info {};
  if (fstatat(fd_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    return cannot("read", name, errno);
  }
  if (const int number = kind_error(info.st_mode)) return cannot("read", name, number);
  return describe(UniqueFd{}, info);
}

}  // namespace mainstay::logs
