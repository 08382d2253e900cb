// The frozen check: fails when the whole process tree has done nothing for some time: no CPU time
// beyond a share, no output, no I/O, no process that came or went. A stopped process is frozen, a
// busy one never is, and time in which nobody looked does not count.
#pragma once

#include <memory>
#include <optional>
#include <string>
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

 private:
  bool has_acted(const process::TreeActivity& activity, Duration elapsed) const;

  double cpu_below_percent_;
  Duration for_;
  Duration most_;
  std::optional<process::TreeActivity> before_;
  MonoTime at_;
  Duration still_{0};
};

class FrozenProber final : public Prober, private LogTap {
 public:
  // `files`: the logs of the instance.
  FrozenProber(const Means& means, LogTaps& taps, const model::FrozenProbe& probe,
               std::string instance, std::vector<std::string> files);
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
  bool printed_ = false;
  Done done_;
  // The worker's while a look is under way.
  std::shared_ptr<process::ActivityReader> reader_;
  Guard guard_;
};

}  // namespace mainstay::checks
