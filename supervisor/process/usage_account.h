// Turns what processes had used at two looks into what their trees used between them. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "process/tree.h"
#include "process/usage.h"

namespace mainstay::process {

// One thread at a time.
class UsageAccount {
 public:
  // Whether the I/O of a process includes that of children it has waited for, as Linux has it.
  enum class ReapedIo : std::uint8_t { WithTheParent, Nowhere };

  explicit UsageAccount(std::uint64_t ticks_per_second, ReapedIo reaped = ReapedIo::WithTheParent)
      : ticks_per_second_(ticks_per_second), reaped_(reaped) {}

  // The list of a look at the trees of `index`, empty, to be filled in any order. What has ended
  // but was not waited for yet belongs into it: its parent gets its figures only then.
  std::vector<ProcessUse>& begin(const TreeIndex& index);
  // Those of the look before whose trees are there but that are not in the list now; `tree` is of
  // the present index.
  std::vector<ProcessUse> missing();
  // Sets the CPU and I/O figures of `out`, whose `at` and `index` are set; `now_ticks` is that
  // moment in the ticks of start times.
  void finish(std::uint64_t now_ticks, UsageSample& out);

  // In order of pid.
  const std::vector<ProcessUse>& members() const { return members_; }

 private:
  // Of a tree, between the looks. `ticks` includes children that were waited for: what a process
  // had used shows up with its parent when it is reaped there, so the sum goes on without a step.
  // Reaped elsewhere it only vanishes, therefore `own_ticks` of the survivors are the least.
  struct Used {
    double ticks = 0;
    double own_ticks = 0;
    double read = 0;
    double written = 0;
  };
  // Of a tree, up to now.
  struct Tally {
    Duration cpu_time{0};
    IoBytes io;
    double cpu_percent = 0;
    double read_rate = 0;
    double written_rate = 0;
  };

  void sort();
  void map_trees(const TreeIndex& now);
  void find_heirs();
  const ProcessUse* heir_of(const ProcessUse& ended) const;
  void add_used();
  void add_ended(const ProcessUse& before);
  void add_survivor(const ProcessUse& before, ProcessUse& after);
  void add_new(const ProcessUse& after);
  void carry_over(const std::shared_ptr<const TreeIndex>& index, double seconds);
  void settle(double seconds, UsageSample& out);

  std::uint64_t ticks_per_second_;
  ReapedIo reaped_;
  bool first_ = true;
  std::uint64_t now_ticks_ = 0;
  std::vector<ProcessUse> members_;
  std::vector<Used> used_;
  std::vector<Tally> tallies_;
  // What children had that have ended, by the pid of who may have waited for them.
  std::unordered_map<int, IoBytes> inherited_;
  // The look before.
  MonoTime sampled_at_;
  std::uint64_t sampled_ticks_ = 0;
  std::shared_ptr<const TreeIndex> former_index_;
  std::vector<ProcessUse> former_;
  std::vector<std::uint32_t> tree_of_former_;  // position in the new index, or kGone
};

}  // namespace mainstay::process
