#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <string_view>

#include "logs/open_name.h"

namespace mainstay::logs {

std::string present_name(int fd) {
  struct stat info {};
  if (fstat(fd, &info) != 0 || info.st_nlink == 0) return {};
  std::array<char, PATH_MAX> target{};
  const auto length =
      readlink(fmt::format("/proc/self/fd/{}", fd).c_str(), target.data(), target.size());
  if (length <= 0) return {};
  const std::string_view path{target.data(), static_cast<std::size_t>(length)};
  return std::string{path.substr(path.rfind('/') + 1)};
}

}  // namespace mainstay::logs
