// What the runtime calls and what it is told: the seam between deciding and doing. process/ and
// control_main's wiring implement it for real, tests/sim with a fake runner and a virtual clock.
//
// Nothing here is re-entrant: implementations enqueue what happened with Controller::post() and
// return; Controller::settle() drains.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "mainstay/events.h"
#include "model/service_spec.h"
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
using RunnerEvent = std::variant<Spawned, StartFailed, Exited, TreeEmpty>;

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

}  // namespace mainstay::runtime
