// The heartbeat check: the service says WATCHDOG=1 again and again, never later than the time it is
// given. A beat that does not come is a failure, and each further time without one another.
#pragma once

#include <optional>
#include <string>

#include "checks/means.h"
#include "checks/patience.h"
#include "checks/prober.h"

namespace mainstay::checks {

class HeartbeatProber final : public Prober {
 public:
  HeartbeatProber(const Means& means, Duration within, Memory memory = {});

  void look(Duration timeout, Done done) override;
  std::string awaits() const override;
  void hear(const Said& said) override;

 private:
  bool recall();
  void remember() const;
  void wait_for_next();
  void on_beat();
  void on_silence();
  void finish(Answer answer);

  const Means& means_;
  Duration within_;  // zero: the service has said that none comes any more
  std::optional<MonoTime> last_beat_;
  std::optional<MonoTime> last_passed_;  // that was told
  MonoTime due_;                         // when it would be silent
  Memory memory_;
  Done done_;
  std::optional<Answer> unasked_;  // came between two looks
  Patience patience_;
};

}  // namespace mainstay::checks
