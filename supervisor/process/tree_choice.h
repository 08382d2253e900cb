// Which way of holding trees together works here.
#pragma once

#include <string>

#include "process/tree.h"

namespace mainstay::process {

struct TreeChoice {
  TreeKind kind = TreeKind::Sweep;
  std::string root;  // the group that holds all of ours; empty with Sweep
};

// The best one, found out by making and removing a group; `name` is that of the root.
TreeChoice choose_tree_kind(const TreeOptions& options, const std::string& name);

}  // namespace mainstay::process
