#include "keeper/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace mainstay::keeper {

namespace {

std::string quoted(const std::filesystem::path& path) {
  return "'" + path.string() + "'";
}

// Missing parents are made too, for others to pass; what exists is left as it is.
Status make_directory(const std::filesystem::path& directory) {
  if (mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) return {};
  if (errno == ENOENT && directory.has_parent_path() && directory.parent_path() != directory) {
    const std::filesystem::path parent = directory.parent_path();
    const Status made = make_directory(parent);
    if (!made) return made;
    if (mkdir(directory.c_str(), 0700) == 0 || errno == EEXIST) return {};
  }
  return system_error("cannot make state directory " + quoted(directory), errno);
}

Status check_directory(int fd, const std::filesystem::path& directory) {
  struct stat about {};
  if (fstat(fd, &about) != 0) {
    return system_error("cannot use state directory " + quoted(directory), errno);
  }
  if (about.st_uid != geteuid()) {
    return Error{"cannot use state directory " + quoted(directory) + ": it belongs to user " +
                 std::to_string(about.st_uid) + ", not to us; name another with --state-dir"};
  }
  if ((about.st_mode & 022) != 0) {
    return Error{"cannot use state directory " + quoted(directory) +
                 ": others may write to it; chmod go-w it"};
  }
  return {};
}

std::string read_holder(int fd) {
  char text[32] = {};
  const ssize_t size = pread(fd, text, sizeof text - 1, 0);
  std::string pid;
  for (ssize_t i = 0; i < size && text[i] >= '0' && text[i] <= '9'; ++i)
    pid += text[i];
  return pid.empty() ? "" : " (pid " + pid + ")";
}

Status write_pid(int fd) {
  const std::string pid = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) == 0 && pwrite(fd, pid.data(), pid.size(), 0) > 0) return {};
  return system_error("cannot write the lock file", errno);
}

}  // namespace

Result<UniqueFd> lock_state_directory(const std::filesystem::path& directory) {
  const Status made = make_directory(directory);
  if (!made) return made.error();
  const UniqueFd folder{open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder) return system_error("cannot open state directory " + quoted(directory), errno);
  const Status sound = check_directory(folder.get(), directory);
  if (!sound) return sound.error();
  UniqueFd lock{openat(folder.get(), "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!lock) return system_error("cannot open " + quoted(directory / "lock"), errno);
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK)
      return system_error("cannot lock " + quoted(directory / "lock"), errno);
    return Error{"another supervisor" + read_holder(lock.get()) + " holds " +
                 (directory / "lock").string() +
                 "; talk to it with ctl, or give this one another --state-dir"};
  }
  const Status written = write_pid(lock.get());
  if (!written) return written.error();
  return lock;
}

}  // namespace mainstay::keeper
