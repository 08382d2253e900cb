#include "process/cgroup_linux.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "base/text.h"
#include "process/mounts_linux.h"

namespace mainstay::process {

namespace {

// Depth of groups that a service may nest and we still follow.
constexpr int kMaxDepth = 16;
// The v1 controllers that we have a use for.
constexpr std::string_view kControllers[] = {"freezer", "memory", "cpu", "pids"};
// The group that keeper and controller live in when our own group is delegated to us.
constexpr std::string_view kLeaf = "supervisor";

bool lists(std::string_view options, std::string_view word) {
  const auto all = split(options, ',');
  return std::find(all.begin(), all.end(), word) != all.end();
}

// Nothing for another file system, or a v1 hierarchy without controllers.
std::optional<CgroupMount> cgroup_mount(Mount mount) {
  if (mount.type != "cgroup" && mount.type != "cgroup2") return std::nullopt;
  CgroupMount found{std::move(mount.folder), std::move(mount.root), mount.type == "cgroup2", {}};
  if (found.v2) return found;
  for (const std::string_view name : kControllers) {
    if (lists(mount.options, name)) found.controllers.emplace_back(name);
  }
  return found.controllers.empty() ? std::nullopt : std::optional{std::move(found)};
}

bool is_delegated(const std::string& folder) {
  for (const char* name :
       {"user.delegate", "trusted.delegate"}) {  // systemd sets them for Delegate=yes
    char value = 0;
    if (getxattr(folder.c_str(), name, &value, 1) == 1 && value == '1') return true;
  }
  return false;
}

// One pid a line, however many; a number may be cut by the end of a piece.
void append_procs(const std::string& folder, std::vector<int>& out) {
  const UniqueFd file{open((folder + "/cgroup.procs").c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return;
  std::array<char, 4096> piece;
  int pid = 0;
  for (ssize_t n = 0; (n = read(file.get(), piece.data(), piece.size())) > 0;) {
    for (const char c : std::string_view{piece.data(), static_cast<std::size_t>(n)}) {
      if (c >= '0' && c <= '9') {
        pid = pid * 10 + (c - '0');
        continue;
      }
      if (pid > 0) out.push_back(pid);  // 0: a process of another pid namespace
      pid = 0;
    }
  }
}

// Calls `visit` with the folder of each group right below `folder`.
template <typename Visit>
void for_each_below(const std::string& folder, Visit visit) {
  struct stat info {};
  // A folder has one link from its parent, one from itself and one from each folder in it.
  if (stat(folder.c_str(), &info) != 0 || info.st_nlink <= 2) return;
  DIR* dir = opendir(folder.c_str());
  if (dir == nullptr) return;
  std::vector<std::string> found;
  while (const dirent* entry = readdir(dir)) {
    const std::string_view name{entry->d_name};
    if (entry->d_type == DT_DIR && name != "." && name != "..")
      found.push_back(folder + "/" + entry->d_name);
  }
  closedir(dir);
  for (const auto& below : found)
    visit(below);
}

void read_procs_to_depth(const std::string& folder, std::vector<int>& out, int depth) {
  append_procs(folder, out);
  if (depth == 0) return;
  for_each_below(folder,
                 [&](const std::string& below) { read_procs_to_depth(below, out, depth - 1); });
}

void remove_to_depth(const std::string& folder, int depth) {
  if (rmdir(folder.c_str()) == 0 || depth == 0) return;
  for_each_below(folder, [&](const std::string& below) { remove_to_depth(below, depth - 1); });
  rmdir(folder.c_str());
}

}  // namespace

bool CgroupMount::has(std::string_view controller) const {
  return std::find(controllers.begin(), controllers.end(), controller) != controllers.end();
}

std::vector<CgroupMount> parse_cgroup_mounts(std::string_view mountinfo) {
  std::vector<CgroupMount> mounts;
  for (Mount& mounted : parse_mounts(mountinfo)) {
    if (auto mount = cgroup_mount(std::move(mounted))) mounts.push_back(std::move(*mount));
  }
  return mounts;
}

std::optional<std::string> own_cgroup(std::string_view cgroup_file, std::string_view controller) {
  for (const auto line : split(cgroup_file, '\n')) {
    const auto first = line.find(':');
    const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const auto controllers = line.substr(first + 1, second - first - 1);
    const bool wanted =
        controller.empty() ? line.starts_with("0::") : lists(controllers, controller);
    if (wanted) return std::string{line.substr(second + 1)};
  }
  return std::nullopt;
}

std::string group_name(std::string_view instance) {
  std::string name{instance};
  const auto colon = name.rfind(':');
  if (colon != std::string::npos) name[colon] = '.';
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

std::string instance_in_group(std::string_view cgroup_file, std::string_view root) {
  const auto at = cgroup_file.find("/" + std::string{root});
  if (at == std::string_view::npos) return {};
  const auto rest = cgroup_file.substr(at + 1 + root.size());
  std::string name{rest.substr(0, std::min(rest.find_first_of("/\n"), rest.size()))};
  const auto dot = name.rfind('.');
  if (dot != std::string::npos) name[dot] = ':';
  return name;
}

std::string state_dir_hash(std::string_view state_dir) {
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  for (const char c : state_dir)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  std::array<char, 17> text;
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

std::optional<std::string> own_folder(const CgroupMount& mount) {
  const std::string_view controller = mount.v2 ? "" : std::string_view{mount.controllers.front()};
  auto group = own_cgroup(read_control("/proc/self/cgroup"), controller);
  if (!group) return std::nullopt;
  const std::string leaf = "/" + std::string{kLeaf};
  if (group->ends_with(leaf)) group->resize(group->size() - leaf.size());
  if (mount.root != "/") {
    if (!group->starts_with(mount.root)) return std::nullopt;
    group->erase(0, mount.root.size());
  }
  while (group->ends_with('/'))
    group->pop_back();
  return mount.folder + *group;
}

bool can_make_groups(const std::string& parent, const std::string& name, std::string_view needed) {
  const std::string probe = parent + "/" + name + ".probe." + std::to_string(getpid());
  if (mkdir(probe.c_str(), 0755) != 0) return false;
  const std::string file = probe + "/" + std::string{needed};
  const bool usable = access(file.c_str(), R_OK) == 0;
  return rmdir(probe.c_str()) == 0 && usable;
}

void enter_leaf(const std::string& own, int keeper_pid) {
  const std::string leaf = own + "/" + std::string{kLeaf};
  if (mkdir(leaf.c_str(), 0755) != 0 && errno != EEXIST) return;
  // Without controllers enabled it also works with us in the inner group, so a failure is none of
  // ours.
  for (const int pid : {keeper_pid, getpid()}) {
    if (pid > 0) write_control(leaf + "/cgroup.procs", std::to_string(pid));
  }
}

std::optional<std::string> usable_parent(const CgroupMount& mount, int keeper_pid,
                                         const std::string& name) {
  const auto own = own_folder(mount);
  const std::string_view needed = mount.v2 ? "cgroup.events" : "freezer.state";
  if (mount.v2 && own && is_delegated(*own) && can_make_groups(*own, name, needed)) {
    enter_leaf(*own, keeper_pid);
    return own;
  }
  if (can_make_groups(mount.folder, name, needed)) return mount.folder;
  return std::nullopt;
}

Status make_group(const std::string& folder) {
  if (mkdir(folder.c_str(), 0755) == 0 || errno == EEXIST) return {};
  if (errno == ENOENT) {
    const std::string parent = folder.substr(0, folder.rfind('/'));
    if (mkdir(parent.c_str(), 0755) == 0 || errno == EEXIST) {
      if (mkdir(folder.c_str(), 0755) == 0 || errno == EEXIST) return {};
    }
  }
  return system_error("cannot make control group " + folder, errno);
}

void remove_group(const std::string& folder) {
  remove_to_depth(folder, kMaxDepth);
}

int write_control(const std::string& path, std::string_view text) {
  const UniqueFd file{open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  if (!file) return errno;
  return write(file.get(), text.data(), text.size()) < 0 ? errno : 0;
}

std::string read_control(const std::string& path) {
  std::string text;
  const UniqueFd file{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return text;
  std::array<char, 8192> piece;
  for (ssize_t n = 0; (n = read(file.get(), piece.data(), piece.size())) > 0;) {
    text.append(piece.data(), static_cast<std::size_t>(n));
  }
  return text;
}

void read_procs(const std::string& folder, std::vector<int>& out) {
  out.clear();
  read_procs_to_depth(folder, out, kMaxDepth);
}

bool is_populated(const std::string& folder) {
  return read_control(folder + "/cgroup.events").find("populated 1") != std::string::npos;
}

}  // namespace mainstay::process
