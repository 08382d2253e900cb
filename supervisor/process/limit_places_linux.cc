// cgroups(7); Documentation/admin-guide/cgroup-v2.rst "Controlling Controllers".
#include "process/limit_places.h"

#include <fmt/format.h>

#include <cerrno>

#include "base/text.h"
#include "process/cgroup_linux.h"

namespace mainstay::process {

namespace {

// A file that every group of the v1 controller has.
std::string_view file_of(std::string_view controller) {
  if (controller == "memory") return "memory.limit_in_bytes";
  return controller == "cpu" ? "cpu.cfs_quota_us" : "pids.max";
}

bool names(const std::string& file, std::string_view controller) {
  const std::string text = read_control(file);
  for (const auto line : split(text, '\n')) {
    for (const auto word : split(line, ' ')) {
      if (word == controller) return true;
    }
  }
  return false;
}

}  // namespace

std::string_view to_string(GroupKind kind) {
  switch (kind) {
    case GroupKind::None:
      return "";
    case GroupKind::V1:
      return "cgroup v1";
    case GroupKind::V2:
      return "cgroup v2";
  }
  return "";
}

LimitPlaces::LimitPlaces(TreeOptions options, const ProcessTrees& trees)
    : options_(std::move(options)),
      trees_(trees),
      name_("mainstay-limits-" + state_dir_hash(options_.state_dir)),
      mounts_(parse_cgroup_mounts(read_control("/proc/self/mountinfo"))) {}

const LimitPlace& LimitPlaces::of(std::string_view controller) {
  const auto known = places_.find(controller);
  if (known != places_.end()) return known->second;
  return places_.emplace(controller, find(controller)).first->second;
}

LimitPlace LimitPlaces::find(std::string_view controller) const {
  LimitPlace v2 = find_v2(controller);
  if (v2.kind != GroupKind::None) return v2;
  LimitPlace v1 = find_v1(controller);
  if (v1.kind != GroupKind::None) return v1;
  return v2.why_not.empty() ? v1 : v2;
}

// 0, or the errno. A group with processes in it can have none enabled for those below it; when it
// is ours (a container without a delegating systemd) we make room.
int LimitPlaces::enable_below(const std::string& group, std::string_view controller) const {
  const std::string control = group + "/cgroup.subtree_control";
  if (names(control, controller)) return 0;
  const std::string wish = fmt::format("+{}", controller);
  const int failure = write_control(control, wish);
  if (failure != EBUSY) return failure;
  for (const auto& mount : mounts_) {
    if (mount.v2 && own_folder(mount) == group) enter_leaf(group, options_.keeper_pid);
  }
  return write_control(control, wish);
}

LimitPlace LimitPlaces::find_v2(std::string_view controller) const {
  if (trees_.kind() != TreeKind::CgroupV2) return {};
  const std::string root = trees_.kill_folder();
  const std::string parent = root.substr(0, root.rfind('/'));
  if (!names(parent + "/cgroup.controllers", controller)) return {};
  int failure = enable_below(parent, controller);
  if (failure == 0) {
    const Status made = make_group(root);
    failure = made ? enable_below(root, controller) : made.error().code;
  }
  if (failure == 0) return {GroupKind::V2, root, {}};
  return {
      GroupKind::None,
      {},
      system_error(fmt::format("the {} controller cannot be enabled below {}", controller, parent),
                   failure)
          .message};
}

LimitPlace LimitPlaces::find_v1(std::string_view controller) const {
  for (const auto& mount : mounts_) {
    if (!options_.allow_v1 || !mount.has(controller)) continue;
    // Below our own group, so that what limits us limits the services too.
    const std::string own = own_folder(mount).value_or(mount.folder);
    for (const std::string& parent : {own, mount.folder}) {
      if (can_make_groups(parent, name_, file_of(controller)))
        return {GroupKind::V1, parent + "/" + name_, {}};
    }
  }
  return {
      GroupKind::None,
      {},
      fmt::format("there is no control group with the {} controller that we may use", controller)};
}

LimitGroup LimitPlaces::of_process(std::string_view controller, std::string_view cgroups) const {
  for (const auto& mount : mounts_) {
    if (mount.v2 || !mount.has(controller)) continue;
    auto group = own_cgroup(cgroups, controller);
    if (!group || group->find("/" + name_ + "/") == std::string::npos) continue;
    if (mount.root != "/" && group->starts_with(mount.root)) group->erase(0, mount.root.size());
    return {GroupKind::V1, mount.folder + *group};
  }
  return {};
}

}  // namespace mainstay::process
