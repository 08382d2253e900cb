#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/fd.h"
#include "base/whole_file.h"

namespace mainstay {

Status write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return system_error("cannot write it", put < 0 ? errno : ENOSPC);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Result<std::string> read_all(int fd, std::size_t most) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return system_error("cannot read it", errno);
  if (!S_ISREG(info.st_mode)) return Error{"it is not a regular file"};
  if (static_cast<std::size_t>(info.st_size) > most) return Error{"it is too large"};
  std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = read(fd, bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("cannot read it", errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

std::optional<Result<std::string>> read_file(int directory, const std::string& name,
                                             std::size_t most) {
  const UniqueFd file{
      openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
  if (!file && errno == ENOENT) return std::nullopt;
  if (!file) return Result<std::string>{system_error("cannot open it", errno)};
  return read_all(file.get(), most);
}

std::string earlier_name(const std::string& name) {
  return name + ".old";
}

Status write_generation(int directory, const std::string& name, std::string_view bytes) {
  const std::string fresh = name + ".new";
  unlinkat(directory, fresh.c_str(), 0);
  const UniqueFd file{
      openat(directory, fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (!file) return system_error("cannot create it", errno);
  Status written = write_all(file.get(), bytes);
  if (written && fsync(file.get()) != 0) written = system_error("cannot write it", errno);
  if (!written) {
    unlinkat(directory, fresh.c_str(), 0);
    return written;
  }
  // Between the two there is only the earlier generation, which is read then.
  renameat(directory, name.c_str(), directory, earlier_name(name).c_str());
  if (renameat(directory, fresh.c_str(), directory, name.c_str()) != 0)
    return system_error("cannot put it in its place", errno);
  fsync(directory);
  return {};
}

std::string set_aside(int directory, const std::string& name, WallTime now) {
  const std::string aside = fmt::format("{}.unreadable-{}", name, now.since_epoch.count());
  return renameat(directory, name.c_str(), directory, aside.c_str()) == 0 ? aside : name;
}

}  // namespace mainstay
