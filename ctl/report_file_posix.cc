#include "ctl/report_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/fd.h"
#include "base/whole_file.h"

namespace mainstay::ctl {

namespace {

constexpr int kMostOfOneSecond = 100;

// "20261122_140206"
std::string stamp(WallTime now) {
  std::string text = format_local_date_clock(now);  // "2026-11-22 14:02:06"
  std::replace(text.begin(), text.end(), ' ', '_');
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

}  // namespace

Result<std::filesystem::path> save_report(const std::filesystem::path& folder,
                                          std::string_view text, std::string_view extension,
                                          WallTime now) {
  std::filesystem::path path;
  UniqueFd file;
  for (int number = 1; !file && number <= kMostOfOneSecond; ++number) {
    const std::string more = number == 1 ? "" : fmt::format("_{}", number);
    path = folder / fmt::format("analysis_{}{}.{}", stamp(now), more, extension);
    file.reset(open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file && errno != EEXIST) break;
  }
  if (!file) return system_error("cannot make " + path.string(), errno);
  const Status written = write_all(file.get(), text);
  if (written.ok()) return path;
  unlink(path.c_str());
  return Error{fmt::format("cannot write {}: {}", path.string(), written.error().message),
               written.error().code};
}

}  // namespace mainstay::ctl
