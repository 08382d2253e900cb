// What the sampler finds, as rounds of the history. Loop thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "history/series.h"
#include "process/tree.h"
#include "process/usage.h"

namespace mainstay::history {

class Sampling {
 public:
  // Without `keep` nothing is made.
  explicit Sampling(std::function<void(Round)> keep = {}) : keep_(std::move(keep)) {}

  void set_keep(std::function<void(Round)> keep) { keep_ = std::move(keep); }

  // The sample of an interval. Percentages and rates are means since the one taken before, whatever
  // was sampled in between; without one before, as the sample says. An instance that has no process
  // is left out.
  void take(const process::UsageSample& sample);

 private:
  // What only grows.
  struct Total {
    Duration cpu{0};
    process::IoBytes io;
  };

  const Total* total_before(const std::string& instance);
  Sample of_tree(const std::string& instance, const process::TreeUsage& usage, double seconds);
  Sample of_host(const process::HostUsage& host) const;
  void remember(const process::UsageSample& sample);

  std::function<void(Round)> keep_;
  // The sample taken before.
  std::shared_ptr<const process::TreeIndex> index_;
  std::vector<Total> totals_;  // parallel to its entries
  MonoTime at_;
  Duration host_busy_{0};
  Duration host_total_{0};
  std::size_t next_ = 0;  // entry to compare with: both indexes are in order of names
};

}  // namespace mainstay::history
