#include "config/safe_open.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <deque>
#include <string>

namespace mainstay::config {

namespace {

constexpr int kMaxLinks = 40;  // as the kernel allows

Error cannot(const std::filesystem::path& path, int number) {
  return system_error(fmt::format("cannot read {}", path.string()), number);
}

// Says why what `info` describes is not to be trusted, or nothing.
std::string distrust(const struct stat& info) {
  if (info.st_uid != 0 && info.st_uid != geteuid()) {
    return fmt::format("is owned by user {}; chown it to root", info.st_uid);
  }
  const bool sticky_folder = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
  const bool writable = (info.st_mode & (S_IWGRP | S_IWOTH)) != 0;
  // The mode of a link means nothing: it is always 0777.
  if (!writable || sticky_folder || S_ISLNK(info.st_mode)) return {};
  return "can be written by group or others; chmod go-w it";
}

class Walk {
 public:
  explicit Walk(const std::filesystem::path& path) : path_(path) { push(path); }

  Result<UniqueFd> run() {
    at_.reset(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!at_) return cannot(path_, errno);
    if (Status root = check(at_.get(), "/"); !root) return root.error();
    while (!left_.empty()) {
      if (Status step = advance(); !step) return step.error();
    }
    return reopen();
  }

 private:
  // Puts the components of `path` before what is left.
  void push(const std::filesystem::path& path) {
    std::deque<std::string> parts;
    for (const auto& part : path.relative_path()) {
      if (!part.empty() && part != ".") parts.push_back(part.string());
    }
    left_.insert(left_.begin(), parts.begin(), parts.end());
  }

  Status check(int fd, const std::string& name) {
    if (fstat(fd, &info_) != 0) return cannot(path_, errno);
    const std::string why = distrust(info_);
    if (why.empty()) return {};
    return Error{
        fmt::format("cannot trust {}: {} {}", path_.string(),
                    name == path_.filename() ? "it" : fmt::format("'{}' on the way to it", name),
                    why),
        EPERM};
  }

  Status advance() {
    const std::string name = left_.front();
    left_.pop_front();
    UniqueFd next{openat(at_.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
    if (!next) return cannot(path_, errno);
    if (Status ok = check(next.get(), name); !ok) return ok;
    if (S_ISLNK(info_.st_mode)) return follow(next.get());
    at_ = std::move(next);
    return {};
  }

  Status follow(int link) {
    if (++links_ > kMaxLinks) return cannot(path_, ELOOP);
    std::array<char, PATH_MAX> target{};
    const ssize_t length = readlinkat(link, "", target.data(), target.size());
    if (length <= 0) return cannot(path_, length < 0 ? errno : ENOENT);
    const std::filesystem::path to{std::string(target.data(), static_cast<std::size_t>(length))};
    if (to.is_absolute()) {
      at_.reset(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
      if (!at_) return cannot(path_, errno);
    }
    push(to);
    return {};
  }

  // An O_PATH descriptor names the file but cannot be read; /proc opens that very file.
  Result<UniqueFd> reopen() {
    if (!S_ISREG(info_.st_mode)) return UniqueFd{at_.release()};
    const std::string self = fmt::format("/proc/self/fd/{}", at_.get());
    UniqueFd readable{open(self.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)};
    if (!readable) return cannot(path_, errno);
    return readable;
  }

  const std::filesystem::path& path_;
  std::deque<std::string> left_;
  UniqueFd at_;
  struct stat info_ {};
  int links_ = 0;
};

}  // namespace

Result<UniqueFd> open_unshared(const std::filesystem::path& path) {
  return Walk{path}.run();
}

}  // namespace mainstay::config
