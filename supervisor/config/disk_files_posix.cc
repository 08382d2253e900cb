#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "base/fd.h"
#include "base/text.h"
#include "base/units.h"
#include "config/file_source.h"
#include "config/limits.h"
#include "config/safe_open.h"

namespace mainstay::config {

namespace {

constexpr std::size_t kMaxMatches = 4 * kMaxFiles;

Error cannot_read(const std::filesystem::path& path, int number) {
  return system_error(fmt::format("cannot read {}", path.string()), number);
}

Error unfit(const std::filesystem::path& path, std::string_view why) {
  return Error{fmt::format("cannot read {}: {}", path.string(), why)};
}

// Looks before it opens: opening a device or a FIFO can have effects.
Result<UniqueFd> open_plainly(const std::filesystem::path& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return cannot_read(path, errno);
  if (S_ISDIR(info.st_mode)) return unfit(path, "it is a folder");
  if (!S_ISREG(info.st_mode)) return unfit(path, "it is not a regular file");
  UniqueFd fd{open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)};
  if (!fd) return cannot_read(path, errno);
  return fd;
}

Status check_kind_and_size(int fd, const std::filesystem::path& path) {
  struct stat info {};
  if (fstat(fd, &info) != 0) return cannot_read(path, errno);
  if (S_ISDIR(info.st_mode)) return unfit(path, "it is a folder");
  if (!S_ISREG(info.st_mode)) return unfit(path, "it is not a regular file");
  if (info.st_size > static_cast<off_t>(kMaxFileBytes)) {
    const Bytes size{static_cast<std::uint64_t>(info.st_size)};
    return unfit(path, fmt::format("it has {}; a configuration file may have {}", format_size(size),
                                   format_size(Bytes{kMaxFileBytes})));
  }
  return {};
}

// The size that fstat gave may be stale, so the limit is kept while reading too.
Result<std::string> read_all(int fd, const std::filesystem::path& path) {
  std::string bytes;
  char buffer[16 * 1024];
  while (true) {
    const ssize_t got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(path, errno);
    if (got == 0) return bytes;
    bytes.append(buffer, static_cast<std::size_t>(got));
    if (bytes.size() > kMaxFileBytes) return unfit(path, "it is too large");
  }
}

// The entries of `folder` that match, sorted; nothing for what is no folder.
std::vector<std::filesystem::path> matching_entries(const std::filesystem::path& folder,
                                                    const std::string& pattern) {
  std::vector<std::filesystem::path> found;
  std::error_code failed;
  for (std::filesystem::directory_iterator i(folder, failed), end; !failed && i != end;
       i.increment(failed)) {
    if (component_matches(pattern, i->path().filename().string())) found.push_back(i->path());
    if (found.size() > kMaxMatches) break;
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

Result<std::string> DiskFiles::read(const std::filesystem::path& path) {
  Result<UniqueFd> fd = refuse_unsafe_ ? open_unshared(path) : open_plainly(path);
  if (!fd) return fd.error();
  if (Status fits = check_kind_and_size(fd->get(), path); !fits) return fits.error();
  return read_all(fd->get(), path);
}

Result<std::vector<std::filesystem::path>> DiskFiles::matches(
    const std::filesystem::path& pattern) {
  std::vector<std::filesystem::path> found = {pattern.root_path()};
  for (const auto& part : pattern.relative_path()) {
    std::vector<std::filesystem::path> next;
    for (const auto& folder : found) {
      std::error_code ignored;
      if (is_pattern(part)) {
        const auto entries = matching_entries(folder, part.string());
        next.insert(next.end(), entries.begin(), entries.end());
      } else if (std::filesystem::exists(folder / part, ignored)) {
        next.push_back(folder / part);
      }
      if (next.size() > kMaxMatches) {
        return Error{fmt::format("cannot include {}: it matches more than {} files",
                                 pattern.string(), kMaxMatches)};
      }
    }
    found = std::move(next);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace mainstay::config
