// What is mounted where: proc_pid_mountinfo(5). Linux only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mainstay::process {

struct Mount {
  std::string device;   // "8:1"; the same for every mount point of one file system
  std::string root;     // what of the file system the mount point shows
  std::string folder;   // the mount point
  std::string type;     // "ext4"
  std::string options;  // of the file system: "rw,memory"
};

// From the text of mountinfo, in order; escapes are undone, and lines that are no mounts left out.
std::vector<Mount> parse_mounts(std::string_view mountinfo);

// What `path`, absolute and without links, is on: of several on one mount point the last. Null for
// an empty list.
const Mount* mount_of(const std::vector<Mount>& mounts, std::string_view path);

// May looking at it wait for another machine or for a process of somebody's? Decided by its type
// and device.
bool may_hang(const Mount& mount);

}  // namespace mainstay::process
