// The states of an instance. What only one state has lives in that state's struct; all times are
// monotonic. DESIGN has the picture, tests/golden/transitions.md every cell of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "base/ids.h"
#include "base/time.h"
#include "mainstay/states.h"
#include "policy/restart_decision.h"

namespace mainstay::policy {

// What is wanted. Down with a live run means: it is to end, in its turn.
enum class Goal : std::uint8_t { Up, Down };

// Why a run is started.
enum class StartCause : std::uint8_t {
  Autostart,
  Manual,
  Dependency,     // something that needs it was started
  Scaled,         // `ctl scale` added it
  StableExit,     // the last run ended after min_uptime
  UnstableExit,   // the last run ended too early; after the backoff
  ResourceError,  // the last start failed for want of resources
  RetryAfter,     // restart.retry_after
  ManualRestart,
  Schedule,        // restart.at
  MaxAge,          // restart.max_age
  RestartWith,     // restart_with
  DependencyBack,  // the last run ended while what it depends on was down
};

// Nobody asked for it now: it has to pass the global brake.
bool is_automatic(StartCause cause);
// Counts as a restart of an instance that was up before.
bool is_restart(StartCause cause);

// Why a live run is ended by us.
enum class StopCause : std::uint8_t {
  Requested,
  Shutdown,
  ScaledDown,
  ManualRestart,
  Schedule,
  MaxAge,
  RestartWith,
  Unhealthy,       // counted like a crash
  MemoryExceeded,  // counted like a crash
  NotReady,        // not within ready.timeout: a failed start
};

enum class StoppedWhy : std::uint8_t { NeverStarted, Requested, Shutdown, ScaledDown, Reset };

// What was decided about the next start when the last run ended.
struct NextStart {
  StartCause cause = StartCause::UnstableExit;
  MonoTime decided{};
  MonoTime at{};
  Duration nominal{0};  // the backoff before jitter; 0: at once
};

struct Stopped {
  StoppedWhy why = StoppedWhy::NeverStarted;
};
// For what it depends on.
struct Waiting {
  StartCause cause = StartCause::Manual;
  MonoTime since{};
};
// For the global brake.
struct Queued {
  StartCause cause = StartCause::UnstableExit;
  MonoTime since{};
};
// Asked for, not yet there. With Goal::Down it is stopped as soon as it is.
struct Starting {
  RunId run{};
  StartCause cause = StartCause::Manual;
  MonoTime since{};
  StopCause ending = StopCause::Requested;  // with Goal::Down: why
};
// Up, and ready if that can be told.
struct Running {
  RunId run{};
  int pid = 0;
  MonoTime started{};
  StartCause cause = StartCause::Manual;
  std::optional<MonoTime> scheduled;        // restart.at: its next occurrence
  StopCause ending = StopCause::Requested;  // with Goal::Down: why
  Health health = Health::None;             // of all its checks
};
// How far a tree that has to end has been pushed.
enum class Push : std::uint8_t {
  Asked,       // stop.signal or stop.command; KILL at the deadline
  Killed,      // KILL sent; given up on at the deadline
  Unkillable,  // still there 10 s after KILL: watched on, nothing else is started
};
// The whole tree is being ended. What follows is the goal's matter: Stopped, or the next run.
struct Stopping {
  RunId run{};
  int pid = 0;  // 0: the main process has ended, the rest of its tree has not
  MonoTime started{};
  StopCause cause = StopCause::Requested;
  Push push = Push::Asked;
  MonoTime since{};
  MonoTime deadline{};
};
struct Backoff {
  NextStart next;
};
// What a run left behind is being killed before the next one.
struct Clearing {
  RunId run{};
  Push push = Push::Killed;
  MonoTime since{};
  MonoTime deadline{};
  NextStart next;
  StopCause ending = StopCause::Requested;  // with Goal::Down: why
};
// Ended, and the policy says that is that.
struct Exited {
  DecidedBy by = DecidedBy::PolicyNever;
  bool success = false;  // with a code in success_codes
  RunId leftovers{};     // the run whose processes still live, if any
  MonoTime since{};
};
struct Failed {
  DecidedBy by = DecidedBy::MaxRestarts;
  RunId leftovers{};
  MonoTime since{};
  std::optional<MonoTime> retry_at;
};

// Spawned, and not yet ready.
struct GettingReady {
  Running up;
  std::optional<MonoTime> ready_by;  // nothing: its checks decide alone
};

// In this order in records: new ones come last.
using InstanceState = std::variant<Stopped, Waiting, Queued, Starting, Running, Stopping, Backoff,
                                   Clearing, Exited, Failed, GettingReady>;

// The alternatives of InstanceState by name, in the same order.
enum class StateKind : std::uint8_t {
  Stopped,
  Waiting,
  Queued,
  Starting,
  Running,
  Stopping,
  Backoff,
  Clearing,
  Exited,
  Failed,
  GettingReady,
};

// Unhealthy, MemoryExceeded and NotReady.
bool is_judged_like_a_crash(StopCause cause);
// What an instance that was stopped for `cause` is called.
StoppedWhy stopped_why(StopCause cause);
// What a run is called that follows a stop which was meant for, or overtaken by, a start.
StartCause start_cause(StopCause cause);

std::string_view to_string(Goal goal);
std::string_view to_string(StateKind kind);
std::string_view to_string(StartCause cause);  // "autostart", "manual", "restart: unstable exit", …
std::string_view to_string(StopCause cause);
std::string_view to_string(DecidedBy by);

}  // namespace mainstay::policy
