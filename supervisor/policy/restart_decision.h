// The restart rule (ECOSYSTEM "Restart, exactly") as a function: a run ended, what now? Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "model/service_spec.h"
#include "policy/run_end.h"

namespace mainstay::policy {

// What the rule remembers of an instance from one run to the next.
struct Ledger {
  std::uint32_t unstable_runs = 0;      // in a row; also the position in the backoff
  std::uint32_t resource_failures = 0;  // in a row; have a backoff of their own and never count
  std::vector<MonoTime>
      recent_unstable;         // ends of unstable runs within restart.window, oldest first
  std::uint64_t runs = 0;      // that became a process, ever
  std::uint64_t restarts = 0;  // those of them that were restarts, since the last `reset`

  // A person's start, or leaving `failed`: counts and backoff start afresh.
  void forgive();
  // The newest unstable run was not its own fault, as it turned out.
  void excuse_newest();
  bool operator==(const Ledger&) const = default;
};

enum class EndCause : std::uint8_t {
  Exited,          // the main process ended by itself
  StartFailed,     // never became the program
  ResourceError,   // could not be started for want of memory, processes or descriptors
  Unhealthy,       // stopped by us because its checks failed: unstable, however long it was up
  MemoryExceeded,  // stopped by us at limits.memory
  NotReady,        // stopped by us because it did not get ready in time
};

struct RunEnd {
  EndCause cause = EndCause::Exited;
  ExitStatus status{};
  Duration up{0};
  MonoTime at{};
  bool ready = true;     // it had got so far; else it was unstable
  bool excused = false;  // what it depends on was down
};

enum class Verdict : std::uint8_t { RestartNow, Backoff, Exited, Failed };

// Which part of the rule decided.
enum class DecidedBy : std::uint8_t {
  StopCode,        // the code is in restart.stop_codes
  PolicyNever,     // restart.policy: never
  Success,         // restart.policy: on-failure, and this was none
  Stable,          // up for min_uptime or longer
  Unstable,        // shorter than that
  ResourceError,   // not counted
  MaxRestarts,     // more than max_restarts unstable runs in a row
  Window,          // more than max_restarts unstable runs within window
  DependencyDown,  // not counted: what it depends on was down
};

struct Decision {
  Verdict verdict = Verdict::RestartNow;
  DecidedBy by = DecidedBy::Stable;
  Ledger ledger;        // to be remembered from now on
  Duration nominal{0};  // the backoff before jitter
  Duration delay{0};    // the backoff
};

// `jitter_sample` is in [-1, 1].
Decision decide_restart(const model::RestartPolicy& policy, Ledger ledger, const RunEnd& end,
                        double jitter_sample);

}  // namespace mainstay::policy
