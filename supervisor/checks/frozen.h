// The frozen check: fails when the whole process tree has done nothing for some time: no CPU time
// beyond a share, no output, no I/O, no process that came or went. A stopped process is frozen, a
// busy one never is, and time in which nobody looked does not count.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/guard.h"
#include "checks/log_taps.h"
#include "checks/means.h"
#include "checks/prober.h"
#include "process/activity.h"

namespace mainstay::checks {

// Decides from one look to the next; pure.
class Stillness {
 public:
  // At most so much of the time between two looks counts, however long it was.
  Stillness(double cpu_below_percent, Duration for_time, Duration most_at_once)
      : cpu_below_percent_(cpu_below_percent), for_(for_time), most_(most_at_once) {}

  // What the tree had used by `now`, and whether it has printed since the look before.
  Answer judge(const process::TreeActivity& activity, bool printed, MonoTime now);

  // What another one needs to go on: how long nothing was done, and what had been used by then.
  std::string memory() const;
  // Goes on with it; what cannot be read is nothing.
  void recall(std::string_view memory);

 private:
  struct Past {
    MonoTime at;
    Duration still{0};
    std::uint32_t processes = 0;  // a digest of which there were
    Duration cpu{0};
    std::uint64_t io_bytes = 0;
  };
  bool has_acted(const Past& now) const;

  double cpu_below_percent_;
  Duration for_;
  Duration most_;
  std::optional<Past> before_;
};

class FrozenProber final : public Prober, private LogTap {
 public:
  // `files`: the logs of the instance.
  FrozenProber(const Means& means, LogTaps& taps, const model::FrozenProbe& probe,
               std::string instance, std::vector<std::string> files, Memory memory = {});
  ~FrozenProber() override;

  void look(Duration timeout, Done done) override;

  // How often it has to be looked at.
  static Duration interval_for(const model::FrozenProbe& probe, Duration interval);

 private:
  void log_grew(const std::string&) override { printed_ = true; }
  void on_read(const std::optional<process::TreeActivity>& activity);

  const Means& means_;
  LogTaps& taps_;
  std::string instance_;
  std::vector<std::string> files_;
  Stillness stillness_;
  Memory memory_;
  bool printed_ = false;
  Done done_;
  // The worker's while a look is under way.
  std::shared_ptr<process::ActivityReader> reader_;
  Guard guard_;
};

}  // namespace mainstay::checks
