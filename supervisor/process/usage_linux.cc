#include "process/usage.h"

#include <unistd.h>

#include <array>
#include <charconv>

#include "io/clock.h"
#include "process/membership_linux.h"
#include "process/proc_linux.h"
#include "process/tree_memory.h"
#include "process/usage_account.h"

namespace mainstay::process {

namespace {

// Clock ticks since boot: what a process' start time is counted in.
std::uint64_t ticks_since_boot(const Proc& proc, std::uint64_t ticks_per_second) {
  std::array<char, 64> buffer;
  const auto text = proc.read("uptime", buffer);
  double seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return static_cast<std::uint64_t>(seconds * static_cast<double>(ticks_per_second));
}

void clear(TreeUsage& tree) {
  tree.processes = 0;
  tree.threads = 0;
  tree.open_files = 0;
}

}  // namespace

struct UsageReader::State {
  void collect(UsageSample& out);
  void add(const ProcStat& stat, std::uint32_t tree, UsageSample& out);
  void add_unreaped();
  ProcessUse use_of(const ProcStat& stat, std::uint32_t tree) const;
  std::uint64_t supervisor_memory(const TreeIndex& index) const;

  Proc proc;
  Membership membership;
  TreeMemory memory;
  std::uint64_t page_size = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  std::uint64_t ticks_per_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  UsageAccount account{ticks_per_second};
  std::vector<ProcessUse>* members = nullptr;
  std::uint64_t generation = 0;
};

UsageReader::UsageReader() : state_(std::make_unique<State>()) {}
UsageReader::~UsageReader() = default;

const std::vector<UsageReader::Member>& UsageReader::members() const {
  return state_->account.members();
}

void UsageReader::read(std::shared_ptr<const TreeIndex> index, UsageSample& out) {
  State& state = *state_;
  out.at = io::read_clocks();
  out.index = std::move(index);
  out.generation = ++state.generation;
  out.trees.resize(out.index->entries.size());
  for (auto& tree : out.trees)
    clear(tree);
  const auto now_ticks = ticks_since_boot(state.proc, state.ticks_per_second);
  state.collect(out);
  state.account.finish(now_ticks, out);
  out.supervisor_memory_bytes = state.supervisor_memory(*out.index);
}

void UsageReader::State::collect(UsageSample& out) {
  members = &account.begin(*out.index);
  memory.begin();
  membership.visit(proc, *out.index,
                   [&](const ProcStat& stat, std::uint32_t tree) { add(stat, tree, out); });
  add_unreaped();
  memory.finish(proc, out);
}

void UsageReader::State::add(const ProcStat& stat, std::uint32_t tree, UsageSample& out) {
  members->push_back(use_of(stat, tree));
  if (!stat.alive()) return;
  TreeUsage& usage = out.trees[tree];
  ++usage.processes;
  usage.threads += static_cast<std::uint32_t>(stat.threads);
  memory.add(stat, tree);
  usage.open_files += proc.open_files(stat.pid);
}

ProcessUse UsageReader::State::use_of(const ProcStat& stat, std::uint32_t tree) const {
  ProcessUse use{stat.pid, stat.ppid, tree, stat.start_time, 0, stat.own_ticks, {}};
  use.cpu_ticks = stat.own_ticks + stat.children_ticks;
  if (const auto io = proc.io(stat.pid)) use.io = IoBytes{io->read, io->written};
  return use;
}

// Control groups do not list zombies.
void UsageReader::State::add_unreaped() {
  for (const ProcessUse& before : account.missing()) {
    const auto stat = proc.stat(before.pid);
    if (stat && !stat->alive() && stat->start_time == before.start_time)
      members->push_back(use_of(*stat, before.tree));
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
