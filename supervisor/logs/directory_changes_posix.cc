// What changes names in the log directory, and its listing.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>

#include "logs/directory.h"

namespace mainstay::logs {

namespace {

bool is_plain(const std::string& name) {
  return !name.empty() && name.find('/') == std::string::npos && name != "." && name != "..";
}

struct CloseDir {
  void operator()(DIR* dir) const { closedir(dir); }
};

}  // namespace

Result<UniqueFd> Directory::create_anew(const std::string& name) {
  if (!is_plain(name)) return cannot("create", name, EINVAL);
  if (unlinkat(fd_.get(), name.c_str(), 0) != 0 && errno != ENOENT)
    return cannot("create", name, errno);
  constexpr mode_t kFileMode = 0640;
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd fd{openat(fd_.get(), name.c_str(), kFlags, kFileMode)};
  if (!fd) return cannot("create", name, errno);
  return fd;
}

Status Directory::rename(const std::string& from, const std::string& to) {
  if (!is_plain(from) || !is_plain(to)) return cannot("rename", from, EINVAL);
  const int fd = fd_.get();
  if (renameat2(fd, from.c_str(), fd, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno != EINVAL && errno != ENOSYS) return cannot("rename", from, errno);
  // A file system that cannot promise it: nobody else makes such names here.
  if (faccessat(fd, to.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
    return cannot("rename", from, EEXIST);
  if (renameat(fd, from.c_str(), fd, to.c_str()) == 0) return {};
  return cannot("rename", from, errno);
}

Status Directory::link(const std::string& from, const std::string& to) {
  if (!is_plain(from) || !is_plain(to)) return cannot("link", from, EINVAL);
  if (linkat(fd_.get(), from.c_str(), fd_.get(), to.c_str(), 0) == 0) return {};
  return cannot("link", from, errno);
}

Status Directory::remove(const std::string& name) {
  if (!is_plain(name)) return cannot("remove", name, EINVAL);
  if (unlinkat(fd_.get(), name.c_str(), 0) == 0) return {};
  return cannot("remove", name, errno);
}

Result<std::vector<DirectoryEntry>> Directory::list() const {
  UniqueFd fd{openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  const std::unique_ptr<DIR, CloseDir> dir{fd ? fdopendir(fd.get()) : nullptr};
  if (!dir) return system_error("cannot list log directory " + path_.string(), errno);
  static_cast<void>(fd.release());  // the DIR's now
  std::vector<DirectoryEntry> entries;
  while (const dirent* entry = readdir(dir.get())) {
    struct stat info {};
    if (fstatat(fd_.get(), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(info.st_mode)) continue;
    entries.push_back({entry->d_name, static_cast<std::uint64_t>(info.st_size), info.st_ino,
                       info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec});
  }
  return entries;
}

}  // namespace mainstay::logs
