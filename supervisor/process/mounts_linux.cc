#include "process/mounts_linux.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace mainstay::process {

namespace {

// mountinfo writes space, tab, newline and backslash as \040 and the like.
std::string unescape_octal(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int value = 0;
    const auto digits = text.substr(i + 1, 3);
    if (text[i] == '\\' && digits.size() == 3 &&
        std::from_chars(digits.data(), digits.data() + 3, value, 8).ptr == digits.data() + 3) {
      out.push_back(static_cast<char>(value));
      i += 3;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

bool is_below(std::string_view path, std::string_view folder) {
  if (folder == "/" || path == folder) return true;
  return path.starts_with(folder) && path[folder.size()] == '/';
}

// Without a block device of their own, and answered by this kernel from memory or local devices.
constexpr std::array<std::string_view, 8> kLocal = {"bcachefs", "btrfs", "overlay", "ramfs",
                                                    "rootfs",   "tmpfs", "ubifs",   "zfs"};
// On block devices, but shared with other machines.
constexpr std::array<std::string_view, 2> kShared = {"gfs2", "ocfs2"};

bool contains(const auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::vector<Mount> parse_mounts(std::string_view mountinfo) {
  std::vector<Mount> mounts;
  for (const auto line : split(mountinfo, '\n')) {
    const auto dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    const auto left = split(line.substr(0, dash), ' ');
    const auto right = split(line.substr(dash + 3), ' ');
    if (left.size() < 6 || right.size() < 3) continue;
    mounts.push_back({std::string{left[2]}, unescape_octal(left[3]), unescape_octal(left[4]),
                      std::string{right[0]}, std::string{right[2]}});
  }
  return mounts;
}

const Mount* mount_of(const std::vector<Mount>& mounts, std::string_view path) {
  const Mount* best = nullptr;
  for (const Mount& mount : mounts) {
    if (!is_below(path, mount.folder)) continue;
    if (best == nullptr || mount.folder.size() >= best->folder.size()) best = &mount;
  }
  return best;
}

bool may_hang(const Mount& mount) {
  if (mount.type.starts_with("fuse") || contains(kShared, mount.type)) return true;
  const bool is_anonymous = mount.device.starts_with("0:");  // no block device
  return is_anonymous && !contains(kLocal, mount.type);
}

}  // namespace mainstay::process
