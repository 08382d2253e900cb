// Control groups as folders: where they are mounted, and the few things we do with one. Linux only;
// cgroups(7), Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/freezer-subsystem.rst.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace mainstay::process {

// A mounted hierarchy.
struct CgroupMount {
  std::string folder;  // where it is mounted
  std::string root;    // the group that the mount shows as its root, "/" unless bind-mounted
  bool v2 = false;
  std::vector<std::string> controllers;  // of v1
  bool has(std::string_view controller) const;
};

// From the text of /proc/self/mountinfo: v2 and v1 hierarchies with controllers, in order.
std::vector<CgroupMount> parse_cgroup_mounts(std::string_view mountinfo);

// The group of a process in the v1 hierarchy of a controller, or in the v2 one when that is empty,
// from the text of /proc/<pid>/cgroup.
std::optional<std::string> own_cgroup(std::string_view cgroup_file, std::string_view controller);
// Our own group as a folder below a mount, without the leaf that an earlier controller moved us
// into.
std::optional<std::string> own_folder(const CgroupMount& mount);

// A group's name below ours: "backend.0" for "backend:0".
std::string group_name(std::string_view instance);
// The instance whose group, or one below it, a process is in, from the text of its
// /proc/<pid>/cgroup; `root` is the name of the group that holds all of ours, "mainstay-1f/".
// Empty: none of ours.
std::string instance_in_group(std::string_view cgroup_file, std::string_view root);
// 16 hexadecimal digits that tell state directories apart.
std::string state_dir_hash(std::string_view state_dir);

// Where we may make groups: an existing folder in which making and removing a group worked just
// now. Under systemd with Delegate= it is below our own group, and keeper and controller are moved
// into a leaf.
std::optional<std::string> usable_parent(const CgroupMount& mount, int keeper_pid,
                                         const std::string& name);
// Did making and removing a group below `parent` work just now, and would it have the file
// `needed`?
bool can_make_groups(const std::string& parent, const std::string& name, std::string_view needed);
// Moves keeper and controller into a leaf of `own`: services must not be below a group with
// processes once controllers are enabled in it.
void enter_leaf(const std::string& own, int keeper_pid);

// Makes `folder` unless it exists. Its parent too.
Status make_group(const std::string& folder);
// Removes `folder` and the groups below it as far as they are empty; EBUSY and the like are no
// errors.
void remove_group(const std::string& folder);

// Writes all of `text` to a control file. 0 or the errno.
int write_control(const std::string& path, std::string_view text);
// Reads a small control file whole; empty when it cannot be read.
std::string read_control(const std::string& path);
// Replaces `out` by the pids in `folder`, and in groups that a service made below it. Zombies are
// not listed.
void read_procs(const std::string& folder, std::vector<int>& out);
// Is there a process in the v2 group or below it (cgroup.events: populated)? False when there is no
// group.
bool is_populated(const std::string& folder);

}  // namespace mainstay::process
