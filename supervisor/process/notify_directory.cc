#include "process/notify_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

namespace mainstay::process {

namespace {

namespace fs = std::filesystem;

Error cannot_make(const std::string& path, const std::string& why) {
  return Error{fmt::format("cannot make the notification socket {}: {}", path, why)};
}

Error cannot_make(const std::string& path, int number) {
  return system_error(fmt::format("cannot make the notification socket {}", path), number);
}

Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::size_t longest = sizeof address.sun_path - 1;
  if (path.size() > longest) {
    return cannot_make(path, fmt::format("the path has {} bytes, at most {} are possible; choose a "
                                         "shorter --socket, beside which it is",
                                         path.size(), longest));
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

std::string random_digits() {
  std::uint64_t number = 0;
  while (getrandom(&number, sizeof number, 0) < 0 && errno == EINTR) {
  }
  return fmt::format("{:016x}", number);
}

// The run that a name in the folder is of.
RunId run_named_by(std::string_view name) {
  RunId run;
  const char* const end = name.data() + std::min(name.find('.'), name.size());
  const auto [at, error] = std::from_chars(name.data(), end, run.value);
  return error == std::errc{} && at == end && end != name.data() + name.size() ? run : RunId{};
}

template <typename Visit>
void for_each_name(const fs::path& folder, Visit visit) {
  DIR* const listing = opendir(folder.c_str());
  if (listing == nullptr) return;
  while (const dirent* entry = readdir(listing))
    visit(std::string_view{entry->d_name});
  closedir(listing);
}

bool may_search(const struct stat& folder, const User& user) {
  const auto in_group = [&](gid_t gid) {
    return gid == user.gid ||
           std::find(user.groups.begin(), user.groups.end(), gid) != user.groups.end();
  };
  if (folder.st_uid == user.uid) return (folder.st_mode & S_IXUSR) != 0;
  return (folder.st_mode & (in_group(folder.st_gid) ? S_IXGRP : S_IXOTH)) != 0;
}

// What nobody but the kernel could answer is taken to be fine.
bool has_acl(const fs::path& folder) {
  return getxattr(folder.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
}

// The first folder on the way that the user may not pass through.
std::optional<fs::path> barrier(const fs::path& folder, const User& user) {
  fs::path at;
  for (const fs::path& part : folder) {
    at /= part;
    struct stat found {};
    if (stat(at.c_str(), &found) == 0 && !may_search(found, user) && !has_acl(at)) return at;
  }
  return std::nullopt;
}

}  // namespace

Result<UniqueFd> NotifyDirectory::open_folder() const {
  // Others may pass through it but not read it.
  const mode_t mode = geteuid() == 0 ? 0711 : 0700;
  const bool is_new = mkdir(folder_.c_str(), mode) == 0;
  if (!is_new && errno != EEXIST) return cannot_make(folder_.string(), errno);
  if (is_new) chmod(folder_.c_str(), mode);  // whatever the umask
  UniqueFd fd{open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  struct stat found {};
  if (!fd || fstat(fd.get(), &found) != 0) return cannot_make(folder_.string(), errno);
  if (found.st_uid != geteuid() || (found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return cannot_make(folder_.string(),
                       fmt::format("the folder belongs to user {} and has mode {:04o}; remove it",
                                   found.st_uid, found.st_mode & 07777U));
  }
  return fd;
}

Result<UniqueFd> NotifyDirectory::bind_at(const std::string& path, int folder,
                                          std::optional<uid_t> owner) const {
  const auto address = address_of(path);
  if (!address) return address.error();
  UniqueFd fd{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const int on = 1;
  // Before anybody can send: a message without its sender's identity would count for nothing.
  if (!fd || setsockopt(fd.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
      bind(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0) {
    return cannot_make(path, errno);
  }
  const std::string name = fs::path{path}.filename().string();
  const bool root = geteuid() == 0;
  const bool set = fchmodat(folder, name.c_str(), root ? 0666 : 0600, 0) == 0 &&
                   (!root || !owner ||
                    fchownat(folder, name.c_str(), *owner, gid_t(-1), AT_SYMLINK_NOFOLLOW) == 0);
  if (set) return fd;
  const int error = errno;
  unlinkat(folder, name.c_str(), 0);
  return cannot_make(path, error);
}

Result<NotifyEndpoint> NotifyDirectory::make(RunId run, const std::optional<User>& user) const {
  const auto folder = open_folder();
  if (!folder) return folder.error();
  const std::string path = (folder_ / fmt::format("{}.{}", run.value, random_digits())).string();
  if (const auto in_the_way = user && user->uid != 0 ? barrier(folder_, *user) : std::nullopt) {
    return cannot_make(path, fmt::format("user '{}' may not pass through {}; make it searchable "
                                         "(chmod o+x) or choose another --socket",
                                         user->name, in_the_way->string()));
  }
  auto fd = bind_at(path, folder->get(), user ? std::optional{user->uid} : std::nullopt);
  if (!fd) return fd.error();
  return NotifyEndpoint{std::move(*fd), path};
}

UniqueFd NotifyDirectory::restore(RunId run) {
  if (!found_) {
    found_.emplace();
    for_each_name(folder_, [this](std::string_view name) {
      if (const RunId named = run_named_by(name)) found_->emplace(named, name);
    });
  }
  const auto found = found_->find(run);
  if (found == found_->end()) return {};
  const auto folder = open_folder();
  struct stat former {};
  const char* const name = found->second.c_str();
  if (!folder || fstatat(folder->get(), name, &former, AT_SYMLINK_NOFOLLOW) != 0) return {};
  unlinkat(folder->get(), name, 0);
  auto fd = bind_at((folder_ / name).string(), folder->get(), former.st_uid);
  return fd ? std::move(*fd) : UniqueFd{};
}

std::vector<std::string> NotifyDirectory::list(const fs::path& folder) {
  std::vector<std::string> paths;
  for_each_name(folder, [&](std::string_view name) {
    if (run_named_by(name)) paths.push_back((folder / name).string());
  });
  return paths;
}

std::string path_of_socket(int socket) {
  sockaddr_un address{};
  socklen_t size = sizeof address;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return {};
  const std::size_t begin = offsetof(sockaddr_un, sun_path);
  if (address.sun_family != AF_UNIX || size <= begin) return {};
  const std::size_t length = std::min<std::size_t>(size - begin, sizeof address.sun_path);
  return {address.sun_path, strnlen(address.sun_path, length)};
}

}  // namespace mainstay::process
