#include "process/cgroup_linux.h"
#include "process/tree_choice.h"

namespace mainstay::process {

TreeChoice choose_tree_kind(const TreeOptions& options, const std::string& name) {
  const auto mounts = parse_cgroup_mounts(read_control("/proc/self/mountinfo"));
  for (const bool v2 : {true, false}) {
    if (!(v2 ? options.allow_v2 : options.allow_v1)) continue;
    for (const auto& mount : mounts) {
      if (mount.v2 != v2 || (!v2 && !mount.has("freezer"))) continue;
      if (const auto parent = usable_parent(mount, options.keeper_pid, name)) {
        return {v2 ? TreeKind::CgroupV2 : TreeKind::CgroupV1, *parent + "/" + name};
      }
    }
  }
  return {};
}

std::string_view to_string(TreeKind kind) {
  switch (kind) {
    case TreeKind::CgroupV2:
      return "cgroup v2";
    case TreeKind::CgroupV1:
      return "cgroup v1 freezer";
    case TreeKind::Sweep:
      return "subreaper sweep";
  }
  return "";
}

}  // namespace mainstay::process
