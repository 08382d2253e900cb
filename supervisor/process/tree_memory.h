// How much memory trees hold, with no page counted twice for being in two processes of a tree.
//
// Where a control group counts (limits.memory), its figure; for a single process what is resident;
// for several the sum of their proportional shares (PSS). Those are dear: the kernel walks the
// page tables, about 0.2 ms and 18 us more for each megabyte. So a share is kept as a fraction of
// the resident sum until the tree or that sum changes or it is old, and all of it takes no more
// than kBudget of a sample, on average.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "process/proc_linux.h"
#include "process/usage.h"

namespace mainstay::process {

// The number of bytes in the line "Pss:" of /proc/<pid>/smaps_rollup; nothing without one.
std::optional<std::uint64_t> parse_pss(std::string_view rollup);
// Bytes that are shared with others or with a file, of /proc/<pid>/statm.
std::optional<std::uint64_t> parse_shared(std::string_view statm, std::uint64_t page_size);

// One thread at a time.
class TreeMemory {
 public:
  static constexpr Duration kBudget = std::chrono::milliseconds{20};

  explicit TreeMemory(Duration budget = kBudget);

  void begin();
  // A live process of the tree at this position of the index.
  void add(const ProcStat& stat, std::uint32_t tree);
  // Sets memory_bytes of every tree.
  void finish(const Proc& proc, UsageSample& out);

 private:
  struct Part {
    std::uint32_t tree = 0;
    int pid = 0;
    std::uint64_t start_time = 0;
    std::uint64_t resident = 0;
  };
  struct Share {
    std::uint64_t members = 0;  // a hash of who they are
    std::uint64_t resident = 0;
    double fraction = 1;
    std::uint64_t measured = 0;  // in which sample
    std::uint64_t seen = 0;
  };
  using Parts = std::vector<Part>::const_iterator;

  std::uint64_t of_tree(const Proc& proc, const TreeIndex::Entry& tree, Parts first, Parts last);
  std::uint64_t of_several(const Proc& proc, const std::string& name, Parts first, Parts last,
                           std::uint64_t resident);
  std::uint64_t proportional(const Proc& proc, Parts first, Parts last) const;
  std::uint64_t estimate(const Proc& proc, Parts first, Parts last) const;
  void forget_the_gone();

  Duration budget_;
  Duration left_;  // below zero: the next samples have to save it
  std::uint64_t page_size_;
  std::uint64_t samples_ = 0;
  std::vector<Part> parts_;
  std::map<std::string, Share, std::less<>> shares_;  // by instance
};

}  // namespace mainstay::process
