#include "process/usage_account.h"

#include <algorithm>
#include <utility>

namespace mainstay::process {

namespace {

constexpr std::uint32_t kGone = ~0U;

bool by_pid(const ProcessUse& a, const ProcessUse& b) {
  return a.pid < b.pid;
}

const ProcessUse* find_pid(const std::vector<ProcessUse>& processes, int pid) {
  const auto at =
      std::lower_bound(processes.begin(), processes.end(), pid,
                       [](const ProcessUse& have, int wanted) { return have.pid < wanted; });
  return at != processes.end() && at->pid == pid ? &*at : nullptr;
}

double grown(std::uint64_t before, std::uint64_t after) {
  return after > before ? static_cast<double>(after - before) : 0;
}

std::uint64_t whole(double value) {
  return value > 0 ? static_cast<std::uint64_t>(value) : 0;
}

}  // namespace

std::vector<ProcessUse>& UsageAccount::begin(const TreeIndex& index) {
  map_trees(index);
  std::swap(members_, former_);
  members_.clear();
  return members_;
}

void UsageAccount::sort() {
  if (!std::is_sorted(members_.begin(), members_.end(), by_pid))
    std::sort(members_.begin(), members_.end(), by_pid);
}

std::vector<ProcessUse> UsageAccount::missing() {
  sort();
  std::vector<ProcessUse> gone;
  auto now = members_.cbegin();
  for (const auto& before : former_) {
    while (now != members_.cend() && now->pid < before.pid)
      ++now;
    const auto tree = tree_of_former_[before.tree];
    if (tree == kGone || (now != members_.cend() && now->is(before))) continue;
    gone.push_back(before);
    gone.back().tree = tree;
  }
  return gone;
}

void UsageAccount::finish(std::uint64_t now_ticks, UsageSample& out) {
  sort();
  now_ticks_ = now_ticks;
  // The first look has none before it: over the last second of each life's average.
  if (std::exchange(first_, false)) {
    sampled_ticks_ = now_ticks_ - std::min(now_ticks_, ticks_per_second_);
    sampled_at_ = out.at.mono - std::chrono::seconds{1};
  }
  find_heirs();
  used_.assign(out.trees.size(), {});
  add_used();
  const double seconds = std::max(to_seconds(out.at.mono - sampled_at_), 1e-3);
  carry_over(out.index, seconds);
  settle(seconds, out);
  used_ = std::vector<Used>{};  // of no use until the next look
  sampled_at_ = out.at.mono;
  sampled_ticks_ = now_ticks_;
  former_index_ = out.index;
}

// Both indexes are in order of the instances' names.
void UsageAccount::map_trees(const TreeIndex& now) {
  tree_of_former_.clear();
  if (!former_index_) return;
  std::size_t at = 0;
  for (const auto& entry : former_index_->entries) {
    while (at < now.entries.size() && now.entries[at].instance < entry.instance)
      ++at;
    const bool is_there = at < now.entries.size() && now.entries[at].instance == entry.instance;
    tree_of_former_.push_back(is_there ? static_cast<std::uint32_t>(at) : kGone);
  }
}

void UsageAccount::find_heirs() {
  inherited_.clear();
  if (reaped_ == ReapedIo::Nowhere) return;
  auto now = members_.cbegin();
  for (const auto& before : former_) {
    while (now != members_.cend() && now->pid < before.pid)
      ++now;
    if (now != members_.cend() && now->is(before)) continue;
    const ProcessUse* heir = before.io ? heir_of(before) : nullptr;
    if (heir == nullptr) continue;
    IoBytes& bytes = inherited_[heir->pid];
    bytes.read += before.io->read;
    bytes.written += before.io->written;
  }
}

// The nearest ancestor that lives on: those between have ended too.
const ProcessUse* UsageAccount::heir_of(const ProcessUse& ended) const {
  const ProcessUse* at = find_pid(former_, ended.parent);
  for (std::size_t steps = 0; at != nullptr && steps < former_.size(); ++steps) {
    if (at->tree != ended.tree) return nullptr;
    const ProcessUse* now = find_pid(members_, at->pid);
    if (now != nullptr && now->is(*at)) return now;
    at = find_pid(former_, at->parent);
  }
  return nullptr;
}

void UsageAccount::add_used() {
  auto before = former_.cbegin();
  auto after = members_.begin();
  while (before != former_.cend() || after != members_.end()) {
    const bool both = before != former_.cend() && after != members_.end();
    if (both && before->is(*after) && tree_of_former_[before->tree] == after->tree) {
      add_survivor(*before++, *after++);
    } else if (after == members_.end() || (both && before->pid <= after->pid)) {
      add_ended(*before++);
    } else {
      add_new(*after++);
    }
  }
}

void UsageAccount::add_ended(const ProcessUse& before) {
  const auto tree = tree_of_former_[before.tree];
  if (tree != kGone) used_[tree].ticks -= static_cast<double>(before.cpu_ticks);
}

void UsageAccount::add_survivor(const ProcessUse& before, ProcessUse& after) {
  Used& used = used_[after.tree];
  used.ticks += static_cast<double>(after.cpu_ticks) - static_cast<double>(before.cpu_ticks);
  used.own_ticks += static_cast<double>(after.own_ticks) - static_cast<double>(before.own_ticks);
  if (!after.io) after.io = before.io;
  if (!before.io || !after.io) return;
  double read = grown(before.io->read, after.io->read);
  double written = grown(before.io->written, after.io->written);
  // A parent has all of a child that it waited for, or nothing (one that ignores SIGCHLD).
  if (const auto found = inherited_.find(after.pid); found != inherited_.end()) {
    const auto had_read = static_cast<double>(found->second.read);
    const auto had_written = static_cast<double>(found->second.written);
    if (read >= had_read && written >= had_written) {
      read -= had_read;
      written -= had_written;
    }
  }
  used.read += read;
  used.written += written;
}

void UsageAccount::add_new(const ProcessUse& after) {
  // One that was there before and is ours only now gets its average over its life.
  double share = 1;
  if (after.start_time < sampled_ticks_) {
    const auto age = std::max<std::uint64_t>(now_ticks_ - after.start_time, 1);
    share = static_cast<double>(now_ticks_ - sampled_ticks_) / static_cast<double>(age);
  }
  Used& used = used_[after.tree];
  used.ticks += share * static_cast<double>(after.cpu_ticks);
  used.own_ticks += share * static_cast<double>(after.own_ticks);
  if (!after.io) return;
  used.read += share * static_cast<double>(after.io->read);
  used.written += share * static_cast<double>(after.io->written);
}

// Looks that follow each other quickly would show one tick of 10 ms as 10 % and more: a rate is
// over a second at least, so a part of the former one is kept.
void UsageAccount::carry_over(const std::shared_ptr<const TreeIndex>& index, double seconds) {
  if (former_index_ != index) {
    std::vector<Tally> now(index->entries.size());
    for (std::size_t former = 0; former < tree_of_former_.size(); ++former) {
      if (tree_of_former_[former] != kGone) now[tree_of_former_[former]] = tallies_[former];
    }
    tallies_ = std::move(now);
  }
  const double kept = std::max(0.0, 1 - seconds);
  for (Tally& tally : tallies_) {
    tally.cpu_percent *= kept;
    tally.read_rate *= kept;
    tally.written_rate *= kept;
  }
}

void UsageAccount::settle(double seconds, UsageSample& out) {
  // What was carried over is the share of the last second that lies before this interval.
  const double per_second = std::min(seconds, 1.0) / seconds;
  for (std::size_t i = 0; i < out.trees.size(); ++i) {
    const Used& used = used_[i];
    Tally& tally = tallies_[i];
    const double cpu_seconds =
        std::max({used.ticks, used.own_ticks, 0.0}) / static_cast<double>(ticks_per_second_);
    tally.cpu_time +=
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>{cpu_seconds});
    tally.io.read += whole(used.read);
    tally.io.written += whole(used.written);
    tally.cpu_percent += 100 * cpu_seconds * per_second;
    tally.read_rate += used.read * per_second;
    tally.written_rate += used.written * per_second;
    TreeUsage& tree = out.trees[i];
    tree.cpu_percent = tally.cpu_percent;
    tree.cpu_time = tally.cpu_time;
    tree.io = tally.io;
    tree.read_bytes_per_second = tally.read_rate;
    tree.written_bytes_per_second = tally.written_rate;
  }
}

}  // namespace mainstay::process
