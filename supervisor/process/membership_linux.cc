#include "process/membership_linux.h"

#include <unistd.h>

#include <algorithm>

#include "process/cgroup_linux.h"

namespace mainstay::process {

namespace {

constexpr std::uint32_t kNobodys = ~0U;
// Reading one group's list costs about as much as looking at one process; a tree has a few of
// those.
constexpr std::size_t kCostOfGroup = 2;

std::uint32_t find_tree(const TreeIndex& index, std::string_view instance) {
  const auto found = std::lower_bound(
      index.entries.begin(), index.entries.end(), instance,
      [](const TreeIndex::Entry& have, std::string_view wanted) { return have.instance < wanted; });
  if (found == index.entries.end() || found->instance != instance) return kNobodys;
  return static_cast<std::uint32_t>(found - index.entries.begin());
}

bool has_groups(const TreeIndex::Entry& entry) {
  return !entry.cgroup.empty();
}

}  // namespace

void Membership::visit(const Proc& proc, const TreeIndex& index, const Visit& visit) {
  const auto with_groups = static_cast<std::size_t>(
      std::count_if(index.entries.begin(), index.entries.end(), has_groups));
  proc.pids(pids_);
  if (with_groups < index.entries.size() || pids_.size() < kCostOfGroup * with_groups) {
    visit_all(proc, index, visit);
  } else {
    visit_groups(proc, index, visit);
  }
}

void Membership::visit_groups(const Proc& proc, const TreeIndex& index, const Visit& visit) {
  for (std::uint32_t tree = 0; tree < index.entries.size(); ++tree) {
    if (!has_groups(index.entries[tree])) continue;
    read_procs(index.entries[tree].cgroup, pids_);
    for (const int pid : pids_) {
      if (const auto stat = proc.stat(pid)) visit(*stat, tree);
    }
  }
}

void Membership::visit_all(const Proc& proc, const TreeIndex& index, const Visit& visit) {
  if (!owners_) owners_.emplace(index.cookie_root);
  mains_.clear();
  for (std::uint32_t tree = 0; tree < index.entries.size(); ++tree) {
    const auto& entry = index.entries[tree];
    if (entry.main_pid != 0) mains_.emplace(entry.main_pid, tree);
  }
  nodes_.clear();
  for (const int pid : pids_) {
    if (const auto stat = proc.stat(pid)) nodes_.push_back({*stat, 0, false});
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const auto tree = tree_of(proc, index, i);
    if (tree != kNobodys) visit(nodes_[i].stat, tree);
  }
}

// Up the parents until one is known: a main process, an orphan of the keeper's, or nobody of ours.
std::uint32_t Membership::tree_of(const Proc& proc, const TreeIndex& index, std::size_t node) {
  chain_.clear();
  std::uint32_t tree = kNobodys;
  for (std::optional<std::size_t> at = node; at && chain_.size() <= nodes_.size();) {
    const Node& here = nodes_[*at];
    if (here.known) {
      tree = here.tree;
      break;
    }
    chain_.push_back(*at);
    if (here.stat.pid == index.keeper_pid || here.stat.pid == getpid()) break;
    if (const auto main = mains_.find(here.stat.pid); main != mains_.end()) {
      tree = main->second;
      break;
    }
    if (here.stat.ppid == index.keeper_pid) {
      tree = tree_of_orphan(proc, index, here.stat);
      break;
    }
    at = find(here.stat.ppid);
  }
  for (const auto passed : chain_) {
    nodes_[passed].known = true;
    nodes_[passed].tree = tree;
  }
  return tree;
}

std::uint32_t Membership::tree_of_orphan(const Proc& proc, const TreeIndex& index,
                                         const ProcStat& stat) {
  if (index.kind != TreeKind::Sweep) {
    const auto tree =
        find_tree(index, instance_in_group(proc.cgroups(stat.pid), index.cookie_root));
    if (tree != kNobodys && has_groups(index.entries[tree])) return tree;
  }
  const auto tree = find_tree(index, owners_->named_by_cookie(proc, stat));
  return tree != kNobodys && !has_groups(index.entries[tree]) ? tree : kNobodys;
}

std::optional<std::size_t> Membership::find(int pid) const {
  const auto at =
      std::lower_bound(nodes_.begin(), nodes_.end(), pid,
                       [](const Node& node, int wanted) { return node.stat.pid < wanted; });
  if (at == nodes_.end() || at->stat.pid != pid) return std::nullopt;
  return static_cast<std::size_t>(at - nodes_.begin());
}

}  // namespace mainstay::process
