#include "process/secrets.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/fd.h"

namespace mainstay::process {

namespace {

std::string cannot_read(std::string_view key) {
  return "cannot read secret " + std::string{key};
}

Result<std::string> read_whole(int fd, const std::string& what) {
  std::string content(kMaxSecretBytes + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = read(fd, content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(what, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  content.resize(size);
  return content;
}

}  // namespace

Result<std::string> read_secret_file(std::string_view key, const model::SecretFile& secret) {
  const std::string what = cannot_read(key) + " from '" + secret.path.string() + "'";
  const UniqueFd fd{open(secret.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!fd) return system_error(what, errno);
  struct stat about {};
  if (fstat(fd.get(), &about) != 0) return system_error(what, errno);
  if (!S_ISREG(about.st_mode)) return Error{what + ": it is not a regular file"};
  auto content = read_whole(fd.get(), what);
  if (!content) return content;
  return secret_from_output(key, std::move(*content));
}

Result<std::string> secret_from_output(std::string_view key, std::string output) {
  if (output.size() > kMaxSecretBytes)
    return Error{cannot_read(key) + ": it is larger than 64 KiB"};
  if (output.find('\0') != std::string::npos) {
    return Error{cannot_read(key) + ": it contains a NUL byte"};
  }
  if (!output.empty() && output.back() == '\n') output.pop_back();
  return output;
}

}  // namespace mainstay::process
