#include "process/usage_listed.h"

#include <algorithm>
#include <unordered_map>

#include "io/clock.h"
#include "process/usage_account.h"

namespace mainstay::process {

namespace {

constexpr std::uint32_t kNobodys = ~0U;

// An orphan is found by its process group; one that left that too is nobody's.
class Owners {
 public:
  Owners(const TreeIndex& index, const std::vector<ListedProcess>& all) {
    for (std::uint32_t tree = 0; tree < index.entries.size(); ++tree) {
      if (index.entries[tree].main_pid != 0) mains_.emplace(index.entries[tree].main_pid, tree);
    }
    for (const auto& process : all)
      by_pid_.emplace(process.use.pid, &process);
  }

  std::uint32_t tree_of(const ListedProcess& process) const {
    const ListedProcess* at = &process;
    for (std::size_t steps = 0; at != nullptr && steps < by_pid_.size(); ++steps) {
      if (const auto main = mains_.find(at->use.pid); main != mains_.end()) return main->second;
      at = parent_of(*at);
    }
    const auto leader = mains_.find(process.group);
    return leader != mains_.end() ? leader->second : kNobodys;
  }

 private:
  // A parent that began later only has the number of the one that has ended.
  const ListedProcess* parent_of(const ListedProcess& process) const {
    const auto found = by_pid_.find(process.use.parent);
    if (found == by_pid_.end() || found->second == &process) return nullptr;
    return found->second->use.start_time <= process.use.start_time ? found->second : nullptr;
  }

  std::unordered_map<int, std::uint32_t> mains_;
  std::unordered_map<int, const ListedProcess*> by_pid_;
};

void add(const ListedProcess& process, TreeUsage& tree) {
  if (process.threads == 0) return;
  ++tree.processes;
  tree.threads += process.threads;
  tree.open_files += process.open_files;
  tree.memory_bytes += process.memory_bytes;
}

std::uint64_t memory_of(int pid) {
  ListedProcess process;
  process.use.pid = pid;
  measure(process);
  return process.memory_bytes;
}

}  // namespace

struct UsageReader::State {
  UsageAccount account{kListedTicks, UsageAccount::ReapedIo::Nowhere};
  std::uint64_t generation = 0;
};

UsageReader::UsageReader() : state_(std::make_unique<State>()) {}
UsageReader::~UsageReader() = default;

const std::vector<UsageReader::Member>& UsageReader::members() const {
  return state_->account.members();
}

void UsageReader::read(std::shared_ptr<const TreeIndex> index, UsageSample& out) {
  out.at = io::read_clocks();
  out.index = std::move(index);
  out.generation = ++state_->generation;
  out.trees.assign(out.index->entries.size(), {});
  auto& members = state_->account.begin(*out.index);
  auto all = list_processes();
  const Owners owners{*out.index, all};
  for (ListedProcess& process : all) {
    const auto tree = owners.tree_of(process);
    if (tree == kNobodys) continue;
    measure(process);
    process.use.tree = tree;
    members.push_back(process.use);
    add(process, out.trees[tree]);
  }
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::microseconds>(out.at.wall.since_epoch);
  state_->account.finish(static_cast<std::uint64_t>(since_epoch.count()), out);
  out.supervisor_memory_bytes = memory_of(own_pid()) + memory_of(out.index->keeper_pid);
}

}  // namespace mainstay::process
