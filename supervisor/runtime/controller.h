// The heart: instances, their machines, and what makes them move. Knows no libuv and no OS.
// Single-threaded, not re-entrant; every method but settle() only enqueues or reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "mainstay/states.h"
#include "model/ecosystem.h"
#include "runtime/ports.h"
#include "schedule/zone.h"

namespace mainstay::runtime {

class Supervision;

using policy::LastExit;

// One check and how it stands.
struct CheckStatus {
  std::string kind;    // "http"
  std::string target;  // "http://127.0.0.1:8000/health", as the file has it
  model::CheckAction action = model::CheckAction::Restart;
  std::uint32_t failures_allowed = 0;
  policy::CheckState state;
  std::optional<WallTime> last_good_at;
  std::optional<WallTime> last_at;
};

// Everything people are shown about one instance, except what it uses (process/usage.h has that).
struct InstanceStatus {
  InstanceId id;
  std::string name;  // "backend", or "backend:1" when there are several
  std::string service;
  std::uint32_t index = 0;
  PublicState state = PublicState::Stopped;
  Health health = Health::None;
  bool ready = false;
  bool enabled = true;                 // comes up by itself with the supervisor
  bool held_down = false;              // but not now: stopped by hand, until `start` or `enable`
  int pid = 0;                         // 0: none
  RunId run;                           // the live run, or the last
  std::optional<WallTime> started_at;  // of the live run
  std::optional<Duration> uptime;
  std::uint64_t restarts = 0;       // all restarts since the supervisor started or `reset`
  std::uint32_t unstable_runs = 0;  // in a row
  std::optional<std::uint32_t> max_restarts;  // nothing: unlimited
  std::optional<LastExit> last_exit;
  std::optional<WallTime> next_start_at;
  std::optional<Duration> next_start_in;
  std::optional<Duration> kill_in;  // while stopping: until KILL
  std::vector<CheckStatus> checks;  // of the live run
  std::string said;                 // by the service, of itself (sd_notify STATUS)
  std::string reason;               // one sentence: why it is in this state
};

// `ctl why`: the same decision, explained (LOOK "ctl why"). Texts are ready for people.
struct Explanation {
  InstanceStatus status;
  std::string
      headline;  // "worker is in backoff: its last run ended with signal 11 (SEGV) after 0.2 s, …"
  std::string
      next;  // "start in 4.2 s, at 14:02:11 (500 ms × 2³ ± 10 %)"; empty: nothing is planned
  std::string
      gives_up;  // "after 12 more unstable runs (max_restarts 16), in about 9 min at this pace"
  std::vector<Event> before;        // the latest events of the instance, oldest first, at most 8
  std::vector<std::string> checks;  // "tcp 8000: passed 4 s ago in 0.3 ms"
  std::vector<std::string> rules;   // the settings that decided: "restart.policy: always", …
  std::vector<std::string> try_commands;
};

struct ServiceSummary {
  const model::ServiceSpec* spec = nullptr;
  std::vector<InstanceId> instances;
};

// A request of a person (ctl or the API), already resolved to instances.
// Start: wanted up, with fresh counts; works from every state. What it depends on and is not up is
// started
//   too (also when it was stopped by hand or had failed), and waited for.
// Stop: wanted down. Only it: what depends on it goes on running.
// Restart: the stop ladder, then a new run at once; of something that is not up it is a Start.
// Reload: reload.signal to the main process; without one a rolling restart of what is meant to be
//   up, one instance at a time, the next when the one before is up again. One that fails ends it.
// Reset: counts are forgotten; `failed` becomes `stopped`.
// Enable, Disable: whether it comes up by itself with the supervisor, instead of what is declared.
// Nothing is started or stopped by it; Enable also forgets that it was stopped by hand.
enum class Verb : std::uint8_t { Start, Stop, Restart, Reset, Enable, Disable, Reload };

// How a request turned out for one instance. A start or restart is done when the (new) run is up;
// it has failed when the instance is in backoff, failed or exited without success, or when what it
// waits for is in such a state. A stop is done when the whole tree has ended, and has failed when
// that cannot be.
struct Outcome {
  InstanceId id;
  std::string name;
  bool ok = true;
  PublicState state = PublicState::Stopped;
  std::string message;  // why not, or what to know
};

// A request in progress: finished when every instance in it has come to rest as asked.
struct RequestId {
  std::uint64_t value = 0;
  auto operator<=>(const RequestId&) const = default;
};

struct ControllerOptions {
  std::uint64_t jitter_seed = 0;
  // The brake: at most `burst` starts at once and then `starts_per_second`, over all services; only
  // automatic restarts pay, first starts and people's wishes do not.
  double starts_per_second = 50;
  double start_burst = 100;
  std::uint64_t next_run_id = 1;
  std::map<std::string, std::string> restarted;  // data of the event supervisor_restarted
  // Of restart.at; nothing: the machine's, or UTC when that cannot be told.
  std::optional<schedule::Zone> zone;
};

class Controller {
 public:
  Controller(model::Ecosystem ecosystem, ControllerOptions options, const Ports& ports,
             const Now& now);
  ~Controller();
  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  // --- driving ---
  // Brings up everything with autostart, in waves, from the next settle() on. Once, right after
  // construction or restore().
  void begin(const Now& now);
  // After a takeover: the records of the former controller (slot, bytes) and what the keeper holds.
  // Live runs are adopted, exits not yet applied are posted by the runner afterwards; unreadable
  // records are rebuilt from `runs`. Call instead of letting begin() start what runs already.
  struct HeldRun {
    RunId run;
    std::string canonical_name;  // "backend:0"
    int pid = 0;
    MonoTime started;
    bool exited = false;  // an Exited for it will follow
  };
  void restore(std::span<const std::pair<std::uint32_t, std::string>> records,
               std::span<const HeldRun> runs, const Now& now);
  // Of the store of checks; before restore().
  void restore_checks(std::span<const std::pair<std::uint32_t, std::string>> records);
  // Instead of restore() and begin(), in drain mode: the same is known, nothing is decided, and no
  // call of the runner follows. Recorded is only that a run says it is ready; ends are shown, and
  // the keeper tells them to the next controller again. Wishes are dropped, but for note().
  void watch(std::span<const std::pair<std::uint32_t, std::string>> records,
             std::span<const HeldRun> runs, const Now& now);
  // In a new supervisor: what people wished under an earlier one, from its last records. Nothing of
  // it runs any more. Right after construction.
  void recall(std::span<const std::pair<std::uint32_t, std::string>> records, const Now& now);
  // The same: events of earlier supervisors have the numbers before.
  void number_events_from(std::uint64_t next);
  void post(RunnerEvent event);
  // Drains runner events, wishes and deadlines until nothing moves. Never recursive.
  void settle(const Now& now);
  // Tells the sink the events of every settle() since: apart from it, because writing them down
  // must not hold up the deeds they are about.
  void tell_events();
  // When settle() must be called next if nothing is posted before.
  std::optional<MonoTime> next_deadline() const;

  // --- wishes; each takes effect in the next settle() ---
  RequestId request(Verb verb, std::vector<InstanceId> targets, std::string who);
  // Nothing while it goes on, then the outcomes, once (the request is forgotten).
  std::optional<std::vector<Outcome>> take_finished(RequestId id);
  // Stops caring about the result; what was asked for still happens.
  void forget(RequestId id);
  Status signal(InstanceId target, int number, std::string who = {});
  // Something that happened elsewhere becomes an event; about the supervisor when the instance is
  // none any more.
  void note(EventKind kind, std::optional<InstanceId> about,
            std::map<std::string, std::string> data);
  // Somebody asked for a change: an event, about the instance or the service that all of `about`
  // are of, else about the supervisor.
  void audit(std::vector<InstanceId> about, std::map<std::string, std::string> data);
  // Adds instances at the end, up like the others or stopped like them, or stops and removes the
  // last ones. 0 stops the first one too but keeps it in the table, so that the service stays in
  // sight. At most 1000.
  Result<RequestId> scale(std::string_view service, std::uint32_t instances, std::string who);
  // Everything down in reverse order; finished() turns true when nothing is left. A second call
  // hurries: KILL at once. `exit_code` is what finished() reports.
  // `told` is added to the data of its event.
  void shutdown(int exit_code, std::string why, std::map<std::string, std::string> told = {});
  bool shutting_down() const;
  // The code to exit with once everything is stopped after shutdown() or the failure of an
  // essential service: one of whose instances became `failed` (without retry_after), or `exited`
  // with a code that is not in success_codes. That code is the service's own, 128 + the signal, or
  // 1 when neither says more than 0. What is still there 10 s after KILL (uninterruptible wait) is
  // not waited for.
  std::optional<int> finished() const;
  // The longest that a shutdown may take: the sum of stop timeouts along the longest chain of
  // waves, and the 10 s after which what does not die of KILL is given up on.
  Duration stop_budget() const;

  // --- looking ---
  const model::Ecosystem& ecosystem() const;
  std::vector<ServiceSummary> services() const;
  std::vector<InstanceId> instances() const;  // in the order of the file
  InstanceStatus status(InstanceId id, const Now& now) const;
  Explanation explain(InstanceId id, const Now& now) const;
  const model::ServiceSpec& spec(InstanceId id) const;
  std::optional<InstanceId> instance_of(RunId run) const;
  StartRequest start_request(InstanceId id, RunId run) const;
  // Names, name:instance, globs, @tag, all; an empty list means all. The error says what was meant
  // and lists nothing that matches; its code is RpcError::NoSuchTarget.
  Result<std::vector<InstanceId>> resolve(std::span<const std::string> targets) const;
  // Events with id >= `from` that are still held, at most `limit`, oldest first.
  std::vector<Event> events_since(std::uint64_t from, std::size_t limit) const;
  // The number of the oldest that is still held; next_event_id() when none is.
  std::uint64_t first_event_id() const;
  std::uint64_t next_event_id() const;
  // Instances whose status changed since the last call (for status --watch and pending waits).
  std::vector<InstanceId> take_changed();

 private:
  std::unique_ptr<Supervision> state_;
};

}  // namespace mainstay::runtime
