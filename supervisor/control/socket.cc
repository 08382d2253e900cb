#include "control/socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "mainstay/protocol.h"

namespace mainstay::control {

namespace {

namespace fs = std::filesystem;

constexpr int kBacklog = 128;

Error cannot_make(const fs::path& path, std::string_view why) {
  return Error{fmt::format("cannot make the control socket {}: {}", path.native(), why)};
}

Result<sockaddr_un> address_of(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& text = path.native();
  const std::size_t longest = sizeof address.sun_path - 1;
  if (text.empty() || text.find('\0') != std::string::npos) return cannot_make(path, "not a path");
  if (text.size() > longest) {
    return cannot_make(path, fmt::format("the path has {} bytes, at most {} are possible; choose a "
                                         "shorter one with --socket",
                                         text.size(), longest));
  }
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  return address;
}

// The folder must be one in which nobody else can put another socket in the place of ours.
Status check_folder(const fs::path& folder, const fs::path& path) {
  UniqueFd fd{open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
  if (!fd) return system_error(fmt::format("cannot open the folder {}", folder.native()), errno);
  struct stat found {};
  if (fstat(fd.get(), &found) != 0) {
    return system_error(fmt::format("cannot look at the folder {}", folder.native()), errno);
  }
  if (found.st_uid != geteuid() && found.st_uid != 0) {
    return cannot_make(path, fmt::format("its folder {} belongs to user {}, not to us or root",
                                         folder.native(), found.st_uid));
  }
  if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return cannot_make(path, fmt::format("its folder {} can be written by others (mode {:04o}); "
                                         "make it 0700 or choose another with --socket",
                                         folder.native(), found.st_mode & 07777U));
  }
  return {};
}

// Whatever the umask. Root's may be passed through but not read: services of other users send their
// notifications to sockets beside ours. Ours is 0600.
bool make_one_folder(const fs::path& folder) {
  const mode_t mode = geteuid() == 0 ? 0711 : 0700;
  return mkdir(folder.c_str(), mode) == 0 && chmod(folder.c_str(), mode) == 0;
}

// mkdir -p.
Status make_folder(const fs::path& folder) {
  if (folder.empty() || make_one_folder(folder) || errno == EEXIST) return {};
  if (errno != ENOENT || !folder.has_relative_path()) {
    return system_error(fmt::format("cannot make the folder {}", folder.native()), errno);
  }
  if (auto parent = make_folder(folder.parent_path()); !parent) return parent;
  if (make_one_folder(folder) || errno == EEXIST) return {};
  return system_error(fmt::format("cannot make the folder {}", folder.native()), errno);
}

Result<UniqueFd> new_socket(const fs::path& path) {
  UniqueFd fd{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!fd) return system_error(cannot_make(path, "no socket").message, errno);
  return fd;
}

// What is at the path already must be a socket that nobody answers on; then it is removed.
Status clear_leftover(const fs::path& path, const sockaddr_un& address) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) {
    if (errno == ENOENT) return {};
    return system_error(cannot_make(path, "cannot look at what is there").message, errno);
  }
  if (!S_ISSOCK(found.st_mode)) return cannot_make(path, "there is something that is not a socket");
  auto probe = new_socket(path);
  if (!probe) return probe.error();
  const int connected =
      connect(probe->get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  // EAGAIN: it listens, but its queue of new connections is full.
  if (connected == 0 || errno == EAGAIN) {
    return cannot_make(path, "another supervisor answers there; choose another with --socket");
  }
  if (errno != ECONNREFUSED) {
    return system_error(
        cannot_make(path, "cannot tell whether another supervisor answers there").message, errno);
  }
  if (unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return system_error(cannot_make(path, "cannot remove the one that was left over").message, errno);
}

// The umask is the process's: nothing else of it makes files while it starts.
int bind_private(int fd, const sockaddr_un& address) {
  const mode_t before = umask(0177);
  const int result = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int error = errno;
  umask(before);
  errno = error;
  return result;
}

}  // namespace

Result<UniqueFd> make_control_socket(const fs::path& path) {
  const auto address = address_of(path);
  if (!address) return address.error();
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (auto made = make_folder(folder); !made) return made.error();
  if (auto checked = check_folder(folder, path); !checked) return checked.error();
  if (auto cleared = clear_leftover(path, *address); !cleared) return cleared.error();
  auto fd = new_socket(path);
  if (!fd) return fd.error();
  if (bind_private(fd->get(), *address) != 0) {
    return system_error(fmt::format("cannot bind control socket {}", path.native()), errno);
  }
  if (listen(fd->get(), kBacklog) != 0) {
    return system_error(fmt::format("cannot listen on control socket {}", path.native()), errno);
  }
  return fd;
}

void remove_control_socket(const fs::path& path) {
  struct stat found {};
  if (lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode)) unlink(path.c_str());
}

std::size_t affordable_clients() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return limits::kClients;
  }
  return std::clamp<std::size_t>(limit.rlim_cur / 4, 4, limits::kClients);
}

}  // namespace mainstay::control
