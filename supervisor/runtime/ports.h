// What the runtime calls and what it is told: the seam between deciding and doing. process/ and
// control_main's wiring implement it for real, tests/sim with a fake runner and a virtual clock.
//
// Nothing here is re-entrant: implementations enqueue what happened with Controller::post() and
// return; Controller::settle() drains.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "mainstay/events.h"
#include "model/service_spec.h"
#include "policy/check_state.h"
#include "policy/run_end.h"

namespace mainstay::runtime {

using policy::ExitStatus;
using policy::StartFailureKind;

// What a run used over its life, as wait4(2) tells.
struct RunUsage {
  Duration cpu{0};
  std::uint64_t peak_memory_bytes = 0;
};

struct StartFailure {
  StartFailureKind kind = StartFailureKind::Program;
  std::string stage;  // "run", "chdir", "user", "limits", "cgroup", "secret", …
  int error_number = 0;
  // A sentence: "cannot run 'pyhton3' for backend: no such program in PATH /usr/bin:/bin".
  std::string message;
};

struct StartRequest {
  RunId run;
  InstanceId instance;
  std::string canonical_name;                // "backend:0", whatever the number of instances
  std::string shown_name;                    // "backend" when it is the only one
  std::uint32_t index = 0;                   // ${INSTANCE}
  const model::ServiceSpec* spec = nullptr;  // lives as long as the call
};

// Does what the runtime decides. Every call returns at once; answers are RunnerEvents.
class Runner {
 public:
  virtual ~Runner() = default;

  // Answered by exactly one of Spawned or StartFailed, and after Spawned by exactly one Exited.
  // A run whose exec fails is StartFailed only (the exit of the forked child is not announced).
  // After a takeover a run that the keeper has never seen is asked for again, with the same RunId.
  virtual void start(const StartRequest& request) = 0;
  // `number` (and CONT after TERM-like signals) to every process of the run's tree.
  virtual void signal_tree(RunId run, int number) = 0;
  // `number` to the main process only (`ctl signal`).
  virtual void signal_main(RunId run, int number) = 0;
  // Starts stop.command for the run, as the service's user in its cwd; its exit is not awaited, a
  // failure to start it is treated like a sent signal that was ignored.
  virtual void run_stop_command(const StartRequest& request) = 0;
  // KILL to every process of the instance's tree, again and again until none is left.
  virtual void kill_tree(RunId run) = 0;
  // Asks for one TreeEmpty when nothing of the instance's tree lives any more (at once if so).
  virtual void await_tree_empty(RunId run) = 0;
  // The runtime has recorded the end and needs nothing of the run any more: the keeper may forget
  // it. Its pipes are drained on by logs/. Called once for every run, after its StartFailed or
  // Exited; a run with leftovers is released only when its tree is empty, so kill_tree() never
  // follows. A run that the runner does not know is ignored.
  virtual void release(RunId run) = 0;
};

// What the runner tells.
struct Spawned {
  RunId run;
  int pid = 0;
  MonoTime at;
};
struct StartFailed {
  RunId run;
  StartFailure failure;
};
// The main process ended, and every byte it had printed by then is in the log.
struct Exited {
  RunId run;
  ExitStatus status;
  MonoTime at;
  RunUsage usage;
  bool leftovers = false;  // processes of its tree are still alive
};
struct TreeEmpty {
  RunId run;
};

// What the checks tell. `probe` is kReadyProbe or the place in ServiceSpec::health.
inline constexpr std::uint32_t kReadyProbe = UINT32_MAX;
struct ProbeResult {
  RunId run;
  std::uint32_t probe = kReadyProbe;
  policy::CheckResult result;
};
// What such a check wants to know again when looking begins anew, under another controller or this
// one: a few bytes that only its kind understands. Replaces what it had told before.
struct ProbeMemory {
  RunId run;
  std::uint32_t probe = 0;  // the place in ServiceSpec::health
  std::string bytes;
  static constexpr std::size_t kMost = 40;
};
// The service asked for more time to get ready or to stop (EXTEND_TIMEOUT_USEC).
struct MoreTime {
  RunId run;
  Duration time{0};  // from now on
};
// What the service says of itself (sd_notify STATUS, RELOADING, STOPPING); bounded, clean text.
struct SaidStatus {
  RunId run;
  std::string text;
};
// limits.memory has been reached by the tree.
struct MemoryExceeded {
  RunId run;
  std::uint64_t used_bytes = 0;
  std::uint64_t limit_bytes = 0;
  bool killed = false;  // by the kernel: an exit follows or has been told
};
using RunnerEvent = std::variant<Spawned, StartFailed, Exited, TreeEmpty, ProbeResult, ProbeMemory,
                                 MoreTime, SaidStatus, MemoryExceeded>;

// A run to be looked at.
struct WatchRequest {
  StartRequest start;  // its spec has the probes
  int pid = 0;
  MonoTime started{};
  // Parallel to ServiceSpec::health; each empty, or what was its ProbeMemory. Lives as long as the
  // call.
  std::span<const std::string> memories{};
};

// Looks whether runs are ready and healthy (checks/ does it). Every call returns at once; answers
// are ProbeResults. All three replace what was asked for the same run before.
class Checks {
 public:
  virtual ~Checks() = default;
  // ServiceSpec::ready, again and again until it has passed once: results from then on are ignored.
  virtual void await_ready(const WatchRequest& request) = 0;
  // Every check of ServiceSpec::health, each at its interval, never two of one at a time. `eager`:
  // somebody waits until each has passed once; one that has not yet is looked at more often, and
  // the failures of those extra looks do not count.
  virtual void watch_health(const WatchRequest& request, bool eager) = 0;
  // Nothing of the run is wanted any more: what is under way is dropped, check commands are killed.
  virtual void unwatch(RunId run) = 0;
};

// Keeps one small record per instance where a new controller finds it (process/state_store).
class StateStore {
 public:
  virtual ~StateStore() = default;
  // Replaces the record of `slot` (an InstanceId's value) in one atomic step. At most kMaxRecord
  // bytes.
  virtual void put(std::uint32_t slot, std::string_view record) = 0;
  virtual void erase(std::uint32_t slot) = 0;

  static constexpr std::size_t kMaxRecord = 1000;
};

// One thing that happened (INTERFACES "Events").
struct Event {
  std::uint64_t id = 0;
  WallTime at;
  EventKind kind = EventKind::Action;
  std::string service;                      // empty: about the supervisor
  std::string instance;                     // shown name; empty: about the whole service
  std::map<std::string, std::string> data;  // "code", "signal", "cause", "pid", "delay_ms", …
};

// Told of every event as it is numbered, during settle(). Must only enqueue.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void on_event(const Event& event) = 0;
};

// Keeps the latest events, packed (runtime/event_log.h), where a new controller finds them.
class EventStore {
 public:
  virtual ~EventStore() = default;
  // Forgets the oldest where it needs their room, and all when `id` does not follow the last. At
  // most kMaxEvent bytes. A death at any moment leaves the event whole or not at all.
  virtual void append(std::uint64_t id, std::string_view packed) = 0;
  // What is held are the numbers from first() to before next(); next() is 0 before any was.
  virtual std::uint64_t first() const = 0;
  virtual std::uint64_t next() const = 0;
  // One of those; valid until the next append().
  virtual std::string_view at(std::uint64_t id) const = 0;
  // The sink was told of all before this number. 0 in the beginning.
  virtual void set_told(std::uint64_t next) = 0;
  virtual std::uint64_t told() const = 0;

  static constexpr std::size_t kMaxEvent = 16384;
};

// From here on, slots of the store of checks are those of monitors.
inline constexpr std::uint32_t kFirstMonitorSlot = 60'000;

// All that the runtime calls. What they refer to outlives it.
struct Ports {
  Runner& runner;
  Checks& checks;
  StateStore& store;
  StateStore& check_store;  // by InstanceId, too; what is in it is lost with a supervisor
  EventSink& events;
  EventStore& event_store;
};

}  // namespace mainstay::runtime
