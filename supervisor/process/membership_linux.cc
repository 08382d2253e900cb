#include "process/membership_linux.h"

#include <unistd.h>

#include <algorithm>

#include "process/cgroup_linux.h"

namespace mainstay::process {

namespace {

constexpr std::uint32_t kNobodys = ~0U;

bool has_groups(const TreeIndex::Entry& entry) {
  return !entry.cgroup.empty();
}

}  // namespace

void Membership::visit(const Proc& proc, const TreeIndex& index, const Visit& visit) {
  const auto with_groups = std::count_if(index.entries.begin(), index.entries.end(), has_groups);
  if (with_groups != 0) visit_groups(proc, index, visit);
  if (with_groups != static_cast<std::ptrdiff_t>(index.entries.size()))
    visit_all(proc, index, visit);
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
    if (!has_groups(entry) && entry.main_pid != 0) mains_.emplace(entry.main_pid, tree);
  }
  proc.pids(pids_);
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
  if (const auto main = mains_.find(stat.pid); main != mains_.end()) return main->second;
  const std::string& named = owners_->named_by_cookie(proc, stat);
  const auto entry = std::lower_bound(index.entries.begin(), index.entries.end(), named,
                                      [](const TreeIndex::Entry& have, const std::string& wanted) {
                                        return have.instance < wanted;
                                      });
  if (named.empty() || entry == index.entries.end() || entry->instance != named) return kNobodys;
  return has_groups(*entry) ? kNobodys : static_cast<std::uint32_t>(entry - index.entries.begin());
}

std::optional<std::size_t> Membership::find(int pid) const {
  const auto at =
      std::lower_bound(nodes_.begin(), nodes_.end(), pid,
                       [](const Node& node, int wanted) { return node.stat.pid < wanted; });
  if (at == nodes_.end() || at->stat.pid != pid) return std::nullopt;
  return static_cast<std::size_t>(at - nodes_.begin());
}

}  // namespace mainstay::process
