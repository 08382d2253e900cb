#include "process/usage.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "io/clock.h"
#include "process/cgroup_linux.h"
#include "process/membership_linux.h"
#include "process/proc_linux.h"
#include "process/tree_memory.h"

namespace mainstay::process {

namespace {

using Member = UsageReader::Member;

// Clock ticks since boot: what a process' start time is counted in.
std::uint64_t ticks_since_boot(const Proc& proc, std::uint64_t ticks_per_second) {
  std::array<char, 64> buffer;
  const auto text = proc.read("uptime", buffer);
  double seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return static_cast<std::uint64_t>(seconds * static_cast<double>(ticks_per_second));
}

bool is_same_process(const Member& a, const Member& b) {
  return a.pid == b.pid && a.start_time == b.start_time;
}

}  // namespace

// Ticks that a tree used between two samples. `total` includes children that were waited for: what
// a process had used shows up with its parent when it is reaped there, so the sum goes on without a
// step. Reaped elsewhere it only vanishes, therefore `own` of the survivors is the least.
struct UsedTicks {
  double total = 0;
  double own = 0;
  double used() const { return std::max({total, own, 0.0}); }
};

struct UsageReader::State {
  void collect(UsageSample& out);
  void add(const ProcStat& stat, std::uint32_t tree, UsageSample& out);
  void account(UsageSample& out);
  void account_one(const Member* before, const Member* after);
  void map_trees(const TreeIndex& now);
  void carry_over(std::size_t trees, double seconds);
  std::uint64_t supervisor_memory(const TreeIndex& index) const;

  Proc proc;
  Membership membership;
  TreeMemory memory;
  std::uint64_t page_size = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::uint64_t ticks_per_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  std::uint64_t now_ticks = 0;
  std::uint64_t generation = 0;
  MonoTime sampled_at;
  std::uint64_t sampled_ticks = 0;
  std::vector<Member> members;
  std::vector<UsedTicks> used;      // by tree
  std::vector<Duration> cpu_times;  // by tree: since we began to look
  std::vector<double> percents;     // by tree
  // The sample before.
  std::shared_ptr<const TreeIndex> old_index;
  std::vector<Member> old_members;
  std::vector<Duration> old_cpu_times;
  std::vector<double> old_percents;
  std::vector<std::uint32_t> tree_of_old;  // position in the new index, or kGone
};

namespace {

constexpr std::uint32_t kGone = ~0U;

}  // namespace

UsageReader::UsageReader() : state_(std::make_unique<State>()) {}
UsageReader::~UsageReader() = default;

const std::vector<UsageReader::Member>& UsageReader::members() const {
  return state_->members;
}

void UsageReader::read(std::shared_ptr<const TreeIndex> index, UsageSample& out) {
  State& state = *state_;
  out.at = io::read_clocks();
  out.index = std::move(index);
  out.generation = ++state.generation;
  out.trees.resize(out.index->entries.size());
  for (auto& tree : out.trees) {
    tree.cpu_percent = 0;
    tree.memory_bytes = 0;
    tree.processes = 0;
    tree.open_files = 0;
  }
  state.now_ticks = ticks_since_boot(state.proc, state.ticks_per_second);
  state.collect(out);
  state.account(out);
  out.supervisor_memory_bytes = state.supervisor_memory(*out.index);
}

void UsageReader::State::collect(UsageSample& out) {
  std::swap(members, old_members);
  members.clear();
  memory.begin();
  membership.visit(proc, *out.index,
                   [&](const ProcStat& stat, std::uint32_t tree) { add(stat, tree, out); });
  std::sort(members.begin(), members.end(),
            [](const Member& a, const Member& b) { return a.pid < b.pid; });
  memory.finish(proc, out);
}

void UsageReader::State::add(const ProcStat& stat, std::uint32_t tree, UsageSample& out) {
  members.push_back(
      {stat.pid, tree, stat.start_time, stat.own_ticks + stat.children_ticks, stat.own_ticks});
  if (!stat.alive()) return;
  TreeUsage& usage = out.trees[tree];
  ++usage.processes;
  memory.add(stat, tree);
  usage.open_files += proc.open_files(stat.pid);
}

// Both indexes are in order of the instances' names.
void UsageReader::State::map_trees(const TreeIndex& now) {
  tree_of_old.clear();
  if (!old_index) return;
  std::size_t at = 0;
  for (const auto& entry : old_index->entries) {
    while (at < now.entries.size() && now.entries[at].instance < entry.instance)
      ++at;
    const bool is_there = at < now.entries.size() && now.entries[at].instance == entry.instance;
    tree_of_old.push_back(is_there ? static_cast<std::uint32_t>(at) : kGone);
  }
}

void UsageReader::State::account_one(const Member* before, const Member* after) {
  if (after == nullptr) {
    const auto tree = tree_of_old[before->tree];
    if (tree != kGone) used[tree].total -= static_cast<double>(before->cpu_ticks);
    return;
  }
  auto total = static_cast<double>(after->cpu_ticks);
  auto own = static_cast<double>(after->own_ticks);
  if (before != nullptr) {
    total -= static_cast<double>(before->cpu_ticks);
    own -= static_cast<double>(before->own_ticks);
  } else if (after->start_time < sampled_ticks) {
    // It was there before and is ours only now: it gets its average over its life.
    const auto age = static_cast<double>(std::max<std::uint64_t>(now_ticks - after->start_time, 1));
    const double share = static_cast<double>(now_ticks - sampled_ticks) / age;
    total *= share;
    own *= share;
  }
  used[after->tree].total += total;
  used[after->tree].own += own;
}

void UsageReader::State::account(UsageSample& out) {
  // The first sample has none before it: a percentage over the last second of each life's average.
  if (generation == 1) {
    sampled_ticks = now_ticks - std::min(now_ticks, ticks_per_second);
    sampled_at = out.at.mono - std::chrono::seconds{1};
  }
  map_trees(*out.index);
  used.assign(out.trees.size(), {});
  auto before = old_members.cbegin();
  auto after = members.cbegin();
  while (before != old_members.cend() || after != members.cend()) {
    const bool both = before != old_members.cend() && after != members.cend();
    if (both && is_same_process(*before, *after) && tree_of_old[before->tree] == after->tree) {
      account_one(&*before++, &*after++);
    } else if (after == members.cend() || (both && before->pid <= after->pid)) {
      account_one(&*before++, nullptr);
    } else {
      account_one(nullptr, &*after++);
    }
  }
  const double seconds = std::max(to_seconds(out.at.mono - sampled_at), 1e-3);
  carry_over(out.trees.size(), seconds);
  for (std::size_t i = 0; i < out.trees.size(); ++i) {
    const double used_seconds = used[i].used() / static_cast<double>(ticks_per_second);
    // What was carried over is the share of the last second that lies before this sample's
    // interval.
    percents[i] += 100 * used_seconds / seconds * std::min(seconds, 1.0);
    cpu_times[i] +=
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>{used_seconds});
    out.trees[i].cpu_percent = percents[i];
    out.trees[i].cpu_time = cpu_times[i];
  }
  sampled_at = out.at.mono;
  sampled_ticks = now_ticks;
  old_index = out.index;
}

// Samples that follow each other quickly would show one tick of 10 ms as 10 % and more: a
// percentage is over a second at least, so a part of the former one is kept.
void UsageReader::State::carry_over(std::size_t trees, double seconds) {
  std::swap(cpu_times, old_cpu_times);
  std::swap(percents, old_percents);
  cpu_times.assign(trees, Duration{0});
  percents.assign(trees, 0);
  for (std::size_t old = 0; old < tree_of_old.size(); ++old) {
    if (tree_of_old[old] == kGone) continue;
    cpu_times[tree_of_old[old]] = old_cpu_times[old];
    percents[tree_of_old[old]] = old_percents[old] * std::max(0.0, 1 - seconds);
  }
}

std::uint64_t UsageReader::State::supervisor_memory(const TreeIndex& index) const {
  std::uint64_t pages = 0;
  for (const int pid : {index.keeper_pid, getpid()}) {
    const auto stat = proc.stat(pid);
    if (stat) pages += stat->resident_pages;
    if (index.keeper_pid == getpid()) break;
  }
  return pages * page_size;
}

}  // namespace mainstay::process
