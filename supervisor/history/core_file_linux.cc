// Looks on this machine for the core dump that core_pattern tells of.
#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <memory>

#include "base/fd.h"
#include "base/text.h"
#include "history/core_pattern.h"

namespace mainstay::history {

namespace {

namespace fs = std::filesystem;

// A folder with more is not searched to its end.
constexpr int kMostEntries = 10'000;

std::string kernel_setting(const char* name) {
  const UniqueFd file{open(fmt::format("/proc/sys/kernel/{}", name).c_str(), O_RDONLY | O_CLOEXEC)};
  std::array<char, 512> text;
  const ssize_t got = file ? read(file.get(), text.data(), text.size()) : -1;
  return {text.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

WallTime written(const struct stat& file) {
  return {std::chrono::seconds{file.st_mtim.tv_sec} + Duration{file.st_mtim.tv_nsec}};
}

// The newest regular file in the folder whose name fits; nothing is opened.
std::string newest_fitting(const fs::path& pattern, WallTime began) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder{opendir(pattern.parent_path().c_str()),
                                                   closedir};
  if (!folder) return {};
  const std::string fitting = pattern.filename().string();
  std::string newest;
  WallTime latest = began;
  const dirent* entry = nullptr;
  for (int left = kMostEntries; left > 0 && (entry = readdir(folder.get())) != nullptr; --left) {
    struct stat file {};
    if (!matches_glob(fitting, entry->d_name) ||
        fstatat(dirfd(folder.get()), entry->d_name, &file, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(file.st_mode) || written(file) < latest) {
      continue;
    }
    latest = written(file);
    newest = entry->d_name;
  }
  return newest.empty() ? newest : (pattern.parent_path() / newest).string();
}

}  // namespace

std::string find_core(const DumpedProcess& process, WallTime began) {
  const std::string uses_pid = kernel_setting("core_uses_pid");
  DumpedProcess known = process;
  known.host = host_name();
  const CorePlace place = place_of_core(
      {kernel_setting("core_pattern"), !uses_pid.empty() && uses_pid[0] != '0'}, known);
  if (!place.handler.empty() || place.path.find('*') == std::string::npos)
    return place.handler.empty() ? place.path : place.handler;
  const std::string found = newest_fitting(place.path, began);
  return found.empty() ? place.path : found;
}

}  // namespace mainstay::history
