#include "process/activity.h"

#include <unistd.h>

#include <algorithm>
#include <unordered_set>

#include "process/cgroup_linux.h"

namespace mainstay::process {

namespace {

Duration of_ticks(std::uint64_t ticks) {
  static const auto per_second = static_cast<std::uint64_t>(std::max(1L, sysconf(_SC_CLK_TCK)));
  return Duration{std::chrono::nanoseconds{ticks * (1'000'000'000 / per_second)}};
}

}  // namespace

std::optional<TreeActivity> ActivityReader::read(const TreeIndex& index,
                                                 std::string_view instance) {
  const auto entry = std::lower_bound(
      index.entries.begin(), index.entries.end(), instance,
      [](const TreeIndex::Entry& have, std::string_view wanted) { return have.instance < wanted; });
  if (entry == index.entries.end() || entry->instance != instance) return std::nullopt;
  TreeActivity out;
  if (entry->cgroup.empty()) {
    add_swept(index, *entry, out);
  } else {
    add_group(*entry, out);
  }
  std::sort(out.processes.begin(), out.processes.end());
  return out;
}

void ActivityReader::add(const ProcStat& stat, TreeActivity& out) const {
  if (!stat.alive()) return;
  out.processes.emplace_back(stat.pid, stat.start_time);
  out.cpu += of_ticks(stat.own_ticks + stat.children_ticks);
  if (const auto io = proc_.io(stat.pid)) out.io_bytes += io->asked;
}

void ActivityReader::add_group(const TreeIndex::Entry& entry, TreeActivity& out) {
  pids_.clear();
  read_procs(entry.cgroup, pids_);
  for (const int pid : pids_) {
    if (const auto stat = proc_.stat(pid)) add(*stat, out);
  }
}

// The main process and its descendants, and the keeper's orphans that carry the instance's cookie.
void ActivityReader::add_swept(const TreeIndex& index, const TreeIndex::Entry& entry,
                               TreeActivity& out) {
  if (!owners_) owners_.emplace(index.cookie_root);
  open_.clear();
  if (entry.main_pid != 0) open_.push_back(entry.main_pid);
  std::unordered_set<int> mains;
  for (const auto& other : index.entries)
    mains.insert(other.main_pid);
  pids_.clear();
  proc_.children(index.keeper_pid, pids_);
  for (const int pid : pids_) {
    const auto stat = mains.contains(pid) ? std::nullopt : proc_.stat(pid);
    if (stat && owners_->named_by_cookie(proc_, *stat) == entry.instance) open_.push_back(pid);
  }
  for (std::unordered_set<int> seen; !open_.empty();) {
    const int pid = open_.back();
    open_.pop_back();
    const auto stat = seen.insert(pid).second ? proc_.stat(pid) : std::nullopt;
    if (!stat) continue;
    add(*stat, out);
    proc_.children(pid, open_);
  }
}

}  // namespace mainstay::process
