// One instance, decided by value: every event takes the time and the rules, changes the machine and
// returns what has to be done. It does nothing itself, reads no clock and holds no timers.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "base/time.h"
#include "model/service_spec.h"
#include "policy/backoff.h"
#include "policy/instance_state.h"
#include "policy/restart_decision.h"

namespace mainstay::policy {

// How long after KILL a tree that is still there is called unkillable.
inline constexpr Duration kKillGrace = std::chrono::seconds{10};
// The most that a run gets in all by asking for more time.
inline constexpr Duration kMostExtension = std::chrono::hours{1};

struct Context {
  MonoTime now;
  const model::RestartPolicy& restart;
  const model::StopPolicy& stop;
  Jitter& jitter;
  bool awaits_ready = false;                // spawned is not ready yet
  std::optional<Duration> ready_timeout{};  // with awaits_ready; nothing: the checks decide alone
  Health first_health = Health::None;       // Unknown with health checks
  bool dependencies_met = true;
};

struct Action {
  enum class Kind : std::uint8_t {
    CheckDependencies,  // answer with dependencies_met() now or when they are
    JoinBrake,          // answer with admitted() in its turn
    Start,              // `run`
    SignalTree,         // `number` to the tree of `run`
    RunStopCommand,     // for `run`
    KillTree,           // of `run`
    AwaitTreeEmpty,     // of `run`; answered by tree_empty()
    Release,            // nothing of `run` is needed any more
    AnnounceStarted,
    AnnounceExited,
    AnnounceBackoff,
    AnnounceFailed,
    AnnounceStopped,
    AnnounceReady,
  };
  Kind kind = Kind::Start;
  RunId run;
  int number = 0;
  bool operator==(const Action&) const = default;
};

// What one event asks for; never more than a handful, so never on the heap.
class Actions {
 public:
  Actions() = default;
  Actions(std::initializer_list<Action> actions) {
    for (const Action& action : actions)
      add(action);
  }
  void add(const Action& action) {
    assert(size_ < items_.size());
    items_[size_++] = action;
  }
  void add(const Actions& more) {
    for (const Action& action : more)
      add(action);
  }
  const Action* begin() const { return items_.data(); }
  const Action* end() const { return items_.data() + size_; }
  std::size_t size() const { return size_; }

 private:
  std::array<Action, 8> items_{};
  std::size_t size_ = 0;
};

class InstanceMachine {
 public:
  InstanceMachine() = default;
  // As a former controller left it.
  InstanceMachine(Goal goal, InstanceState state, Ledger ledger);

  // --- wishes ---
  // Up, with fresh counts: works from every state.
  Actions start(const Context& context, StartCause cause);
  // Down: the stop ladder, or at once when nothing lives. A second one changes no deadline.
  Actions stop(const Context& context, StopCause cause);
  // Down, but a run that is up stays so until stop(): for what must outlive its dependants.
  Actions doom(const Context& context, StopCause cause);
  // Down with KILL at once.
  Actions kill(const Context& context);
  // ManualRestart works from every state and clears the counts; the other causes need a run that is
  // up and change no counts, but those that are judged like a crash.
  Actions restart(const Context& context, StopCause cause);
  // Forgets counts; `failed` becomes `stopped`.
  Actions reset(const Context& context);

  // --- the way to a start; `fresh` is used when a run begins ---
  Actions dependencies_met(const Context& context, RunId fresh);
  Actions dependencies_lost(const Context& context);  // while in the brake's queue
  // A run that it depends on has ended. The kernel closes a dying process's connections before
  // anybody hears of its end, so what ended just before for want of it is not counted.
  Actions dependency_ended(const Context& context);
  Actions admitted(const Context& context, RunId fresh);

  // --- what happened to the run; the caller has dropped what is about another run ---
  Actions spawned(const Context& context, int pid, MonoTime at);
  Actions start_failed(const Context& context, StartFailureKind kind);
  Actions exited(const Context& context, const ExitStatus& status, MonoTime at, bool leftovers);
  Actions tree_empty(const Context& context);
  Actions became_ready();
  // Of all checks together; what follows from it is restart()'s matter.
  Actions health_changed(Health health);
  // It asked for more time, to get ready or to stop: never less than it has, and at most
  // kMostExtension since it was started or asked to stop.
  Actions extend(const Context& context, Duration time);

  // --- time ---
  // restart.at, while running: when it is due next.
  Actions schedule(std::optional<MonoTime> due);
  // deadline() has come.
  Actions deadline_reached(const Context& context);
  // The one moment at which something happens by itself.
  std::optional<MonoTime> deadline(const model::RestartPolicy& restart) const;

  // --- looking ---
  Goal goal() const { return goal_; }
  const InstanceState& state() const { return state_; }
  StateKind kind() const { return static_cast<StateKind>(state_.index()); }
  const Ledger& ledger() const { return ledger_; }
  // The run whose processes live or may live; none in a state without one.
  RunId run() const;
  // The run whose main process is up and not being ended: in Running and GettingReady.
  const Running* up() const;
  template <typename State>
  const State* as() const {
    return std::get_if<State>(&state_);
  }

 private:
  template <typename State>
  const State& in() const {
    return std::get<State>(state_);
  }
  void enter(InstanceState next);
  Actions begin(const Context& context, StartCause cause);
  Actions begin_run(const Context& context, RunId run, StartCause cause);
  Actions begin_stop(const Context& context, StopCause cause);
  Actions end_leftovers(const Context& context, RunId run, StopCause cause);
  Actions clear(const Context& context, RunId leftovers, const NextStart& next);
  Actions finish_stop(const Context& context);
  Actions rest(StoppedWhy why);
  Actions judge(const Context& context, RunId run, const RunEnd& end, bool left_processes);
  Actions follow(const Context& context, const NextStart& next);
  Actions end_of_run(const Context& context, const RunEnd& end, bool left_processes);
  Actions running_deadline(const Context& context);
  Actions push_further(const Context& context);
  Actions kill_now(const Context& context, Stopping stopping);

  Goal goal_ = Goal::Down;
  InstanceState state_;
  Ledger ledger_;
};

}  // namespace mainstay::policy
