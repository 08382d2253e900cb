// One way of looking at something, http, tcp, command and so on: a new one is one file, one variant
// of model::Probe and one line in probers.cc. Loop thread only.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/time.h"
#include "policy/check_state.h"

namespace mainstay::checks {

using policy::CheckVerdict;

struct Answer {
  CheckVerdict verdict = CheckVerdict::Unknown;
  std::string message{};              // of what did not pass
  std::optional<Duration> latency{};  // where the prober knows it better than whoever asked
};

inline Answer passed() {
  return {CheckVerdict::Passed};
}
inline Answer failed(std::string message) {
  return {CheckVerdict::Failed, std::move(message)};
}
// For reasons of ours: neither for nor against what is looked at.
inline Answer unknown(std::string message) {
  return {CheckVerdict::Unknown, std::move(message)};
}

// What a service says by itself (sd_notify(3)).
struct Said {
  enum class What : std::uint8_t {
    Ready,         // READY=1
    Alive,         // WATCHDOG=1
    Trigger,       // WATCHDOG=trigger
    WatchdogTime,  // WATCHDOG_USEC=…: `within`; zero: no heartbeat comes any more
  };
  What what = What::Ready;
  Duration within{0};
};

// What a prober of the same run told before it, and where it tells its own successor something:
// when looking begins anew, under another controller, it goes on with what was known.
struct Memory {
  std::string known;                      // empty: nothing
  std::function<void(std::string)> keep;  // replaces it; must only enqueue; empty: nobody keeps it
};

class Prober {
 public:
  using Done = std::function<void(Answer)>;

  // What is under way is dropped, a command killed, and nobody called.
  virtual ~Prober() = default;
  // Looks once. `done` is called once, from inside this call or later, and must not destroy the
  // prober; until then look() is not called again. One that awaits() nothing answers soon after
  // `timeout` at the latest.
  virtual void look(Duration timeout, Done done) = 0;
  // What it waits for, however long that takes, instead of looking: "a line that matches 'up'".
  // Empty: it looks.
  virtual std::string awaits() const { return {}; }
  virtual void hear(const Said& said) { static_cast<void>(said); }
};

}  // namespace mainstay::checks
