// Ready when a line that this run has printed matches an expression. Its logs are read from the
// moment of its start on, so lines from before the watch and from before a new controller count,
// and then whenever they grow.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/regex.h"
#include "checks/guard.h"
#include "checks/log_taps.h"
#include "checks/means.h"
#include "checks/prober.h"
#include "logs/cuts_meanwhile.h"
#include "logs/follower.h"
#include "logs/log_reading.h"

namespace mainstay::checks {

class LogProber final : public Prober, private LogTap {
 public:
  // `sources` are the run's logs, `since` when it started.
  LogProber(const Means& means, LogTaps& taps, const model::LogProbe& probe,
            std::vector<logs::Source> sources, WallTime since);
  ~LogProber() override;

  void look(Duration timeout, Done done) override;
  std::string awaits() const override;

 private:
  void log_grew(const std::string& file) override;
  void log_rotated(const logs::Rotated& rotated) override;
  void begin_past();
  void read_on();
  void on_past();
  void pull();
  void finish(Answer answer);

  const Means& means_;
  LogTaps& taps_;
  std::string pattern_;
  std::optional<Regex> regex_;  // nothing: it is none, which the configuration does not let through
  std::vector<logs::Source> sources_;
  WallTime since_;
  std::shared_ptr<logs::LogReading> past_;
  std::unique_ptr<logs::Follower> follower_;  // once the past is read
  logs::CutsMeanwhile cuts_meanwhile_;        // before that
  Done done_;
  io::Timer pull_soon_;
  Guard guard_;
};

}  // namespace mainstay::checks
