#include "policy/public_status.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "policy/wording.h"

namespace mainstay::policy {

namespace {

std::string by_actor(std::string_view actor) {
  return actor.empty() ? "" : fmt::format(" by {}", actor);
}

std::string reason_stopped(const Stopped& stopped, const Situation& s) {
  switch (stopped.why) {
    case StoppedWhy::NeverStarted:
      if (s.enabled) return *s.enabled ? "not started yet" : "disabled; not started by itself";
      return s.spec.autostart ? "not started yet" : "never started (autostart: false)";
    case StoppedWhy::Requested:
      return "stopped on request" + by_actor(s.actor);
    case StoppedWhy::Shutdown:
      return "stopped because the supervisor shuts down";
    case StoppedWhy::ScaledDown:
      return "stopped because the service was scaled down";
    case StoppedWhy::Reset:
      return "had failed; reset" + by_actor(s.actor);
  }
  return {};
}

std::string said_note(const Situation& s) {
  return s.said.empty() ? "" : fmt::format("; it says: {}", s.said);
}

// The check that says most about the health, if one says anything against it.
std::optional<std::size_t> worst_check(const Situation& s) {
  const auto is = [&](Health health) {
    return std::ranges::find(s.checks, health, &CheckState::health) - s.checks.begin();
  };
  for (const Health health : {Health::Unhealthy, Health::Unknown}) {
    const auto at = static_cast<std::size_t>(is(health));
    if (at < s.checks.size()) return at;
  }
  return std::nullopt;
}

std::string health_note(const Running& running, const Situation& s) {
  if (running.health == Health::None) return "";
  const auto worst = worst_check(s);
  if (!worst) return fmt::format("; {}", to_string(running.health));
  const auto word = running.health == Health::Unknown ? "health unknown" : "unhealthy";
  return fmt::format("; {}: {}", word, spell_check(s, *worst));
}

std::string reason_running(const Running& running, const Situation& s) {
  const auto since = format_local_clock(s.now.wall_of(running.started));
  if (s.machine.goal() == Goal::Down) {
    return fmt::format("running since {}; will be stopped after what depends on it", since);
  }
  return fmt::format("running since {}{}{}", since, health_note(running, s), said_note(s));
}

// "started 3 s ago, not ready yet (connection refused on 127.0.0.1:8000); 57 s left"
std::string reason_getting_ready(const GettingReady& state, const Situation& s) {
  std::string out =
      fmt::format("started {} ago, not ready yet", spell(s.now.mono - state.up.started));
  if (s.machine.goal() == Goal::Down) return out + "; will be stopped after what depends on it";
  if (!s.not_ready_because.empty()) {
    out += fmt::format(" ({})", s.not_ready_because);
  } else if (const auto bad = worst_check(s)) {
    out += fmt::format(" ({})", spell_check(s, *bad));
  }
  if (state.ready_by) {
    out += fmt::format("; {} left", spell(std::max(Duration{0}, *state.ready_by - s.now.mono)));
  }
  return out + said_note(s);
}

// "TERM sent 4 s ago, KILL in 6 s"
std::string spell_push(Push push, MonoTime since, MonoTime deadline, const Situation& s) {
  const auto how = s.spec.stop.command.empty() ? signal_name(s.spec.stop.signal) + " sent"
                                               : std::string{"stop.command started"};
  switch (push) {
    case Push::Asked:
      return fmt::format("{} {} ago, KILL in {}", how, spell(s.now.mono - since),
                         spell(std::max(Duration{0}, deadline - s.now.mono)));
    case Push::Killed:
      return fmt::format("KILL sent {} ago",
                         spell(std::max(Duration{0}, s.now.mono - (deadline - kKillGrace))));
    case Push::Unkillable:
      return fmt::format(
          "unkillable (uninterruptible wait): KILL was sent {} ago; nothing is started until it is "
          "gone",
          spell(s.now.mono - (deadline - kKillGrace)));
  }
  return {};
}

std::string reason_stopping(const Stopping& stopping, const Situation& s) {
  std::string out = spell_push(stopping.push, stopping.since, stopping.deadline, s);
  if (stopping.pid == 0) out += "; its main process has ended, others of its tree have not";
  if (s.machine.goal() == Goal::Up)
    out += fmt::format("; then a new start ({})", to_string(stopping.cause));
  return out;
}

std::string last_run(const Situation& s) {
  return s.last_exit == nullptr ? "" : ": its last run " + spell_last_run(*s.last_exit);
}

std::string reason_backoff(const Backoff& backoff, const Situation& s) {
  return fmt::format("start in {}{}", spell(std::max(Duration{0}, backoff.next.at - s.now.mono)),
                     last_run(s));
}

std::string reason_clearing(const Clearing& clearing, const Situation& s) {
  const auto then = s.machine.goal() == Goal::Up ? " before the next start" : "";
  return fmt::format("ending what the last run left behind{}: {}", then,
                     spell_push(clearing.push, clearing.since, clearing.deadline, s));
}

std::string leftovers_note(RunId leftovers) {
  return leftovers ? "; processes that it left behind are still alive" : "";
}

std::string reason_exited(const Exited& exited, const Situation& s) {
  const auto last = s.last_exit == nullptr ? "its last run ended"
                                           : "its last run " + spell_last_run(*s.last_exit);
  return fmt::format("{}; no restart ({}){}", last, to_string(exited.by),
                     leftovers_note(exited.leftovers));
}

std::string reason_failed(const Failed& failed, const Situation& s) {
  const auto& restart = s.spec.restart;
  std::string limit =
      failed.by == DecidedBy::Window
          ? fmt::format("more than {} unstable runs within {}", restart.max_restarts.value_or(0),
                        spell(restart.window.value_or(Duration{0})))
          : fmt::format("{} unstable runs in a row (max_restarts {})",
                        s.machine.ledger().unstable_runs, restart.max_restarts.value_or(0));
  if (s.last_exit != nullptr) limit += ", the last one: " + spell_briefly(*s.last_exit);
  if (failed.retry_at) {
    limit += fmt::format("; tried again in {}",
                         spell(std::max(Duration{0}, *failed.retry_at - s.now.mono)));
  }
  return limit + leftovers_note(failed.leftovers);
}

std::string reason_queued(const Situation& s) {
  return fmt::format(
      "held back by the global brake of {:g} automatic starts a second, {} ahead of it",
      s.starts_per_second, s.ahead);
}

}  // namespace

std::string spell_check(const Situation& s, std::size_t at) {
  const model::CheckSpec& spec = s.spec.health[at];
  return fmt::format("{} {}: {}", kind_of(spec.probe), target_of(spec.probe, s.spec.env),
                     describe(s.checks[at], spec, s.now.mono));
}

PublicState public_state(const InstanceMachine& machine) {
  const bool up = machine.goal() == Goal::Up;
  switch (machine.kind()) {
    case StateKind::Stopped:
      return PublicState::Stopped;
    case StateKind::Waiting:
      return PublicState::Waiting;
    case StateKind::Queued:
    case StateKind::Backoff:
      return PublicState::Backoff;
    case StateKind::Starting:
      return up ? PublicState::Starting : PublicState::Stopping;
    case StateKind::Running:
      return PublicState::Running;
    case StateKind::GettingReady:
      return PublicState::Starting;
    case StateKind::Stopping:
      return PublicState::Stopping;
    case StateKind::Clearing:
      return up ? PublicState::Backoff : PublicState::Stopping;
    case StateKind::Exited:
      return PublicState::Exited;
    case StateKind::Failed:
      return PublicState::Failed;
  }
  return PublicState::Stopped;
}

std::string reason_for(const Situation& s) {
  switch (s.machine.kind()) {
    case StateKind::Stopped:
      return reason_stopped(*s.machine.as<Stopped>(), s);
    case StateKind::Waiting:
      return s.waits_for.empty() ? "about to start" : fmt::format("waits for {}", s.waits_for);
    case StateKind::Queued:
      return reason_queued(s);
    case StateKind::Starting:
      return s.machine.goal() == Goal::Up
                 ? fmt::format("being started ({})", to_string(s.machine.as<Starting>()->cause))
                 : "being started; will be stopped as soon as it is there";
    case StateKind::Running:
      return reason_running(*s.machine.as<Running>(), s);
    case StateKind::GettingReady:
      return reason_getting_ready(*s.machine.as<GettingReady>(), s);
    case StateKind::Stopping:
      return reason_stopping(*s.machine.as<Stopping>(), s);
    case StateKind::Backoff:
      return reason_backoff(*s.machine.as<Backoff>(), s);
    case StateKind::Clearing:
      return reason_clearing(*s.machine.as<Clearing>(), s);
    case StateKind::Exited:
      return reason_exited(*s.machine.as<Exited>(), s);
    case StateKind::Failed:
      return reason_failed(*s.machine.as<Failed>(), s);
  }
  return {};
}

std::optional<MonoTime> next_start(const InstanceMachine& machine) {
  if (const auto* backoff = machine.as<Backoff>()) return backoff->next.at;
  if (const auto* failed = machine.as<Failed>()) return failed->retry_at;
  const auto* clearing = machine.as<Clearing>();
  if (clearing != nullptr && machine.goal() == Goal::Up) return clearing->next.at;
  return std::nullopt;
}

std::optional<MonoTime> kill_at(const InstanceMachine& machine) {
  const auto* stopping = machine.as<Stopping>();
  if (stopping == nullptr || stopping->push != Push::Asked) return std::nullopt;
  return stopping->deadline;
}

bool is_at_rest(const InstanceMachine& machine) {
  switch (machine.kind()) {
    case StateKind::Stopped:
      return true;
    case StateKind::Exited:
    case StateKind::Failed:
      return !machine.run();
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Starting:
    case StateKind::Running:
    case StateKind::GettingReady:
    case StateKind::Stopping:
    case StateKind::Backoff:
    case StateKind::Clearing:
      return false;
  }
  return false;
}

bool is_unkillable(const InstanceMachine& machine) {
  if (const auto* stopping = machine.as<Stopping>()) return stopping->push == Push::Unkillable;
  if (const auto* clearing = machine.as<Clearing>()) return clearing->push == Push::Unkillable;
  return false;
}

bool is_stuck(const InstanceMachine& machine) {
  switch (machine.kind()) {
    case StateKind::Stopped:
    case StateKind::Backoff:
    case StateKind::Failed:
      return true;
    case StateKind::Clearing:
      return machine.goal() == Goal::Down || is_unkillable(machine) ||
             is_automatic(machine.as<Clearing>()->next.cause);
    case StateKind::Exited:
      return !machine.as<Exited>()->success;
    case StateKind::Running:
      return machine.goal() == Goal::Down || machine.as<Running>()->health == Health::Unhealthy;
    case StateKind::Starting:
    case StateKind::GettingReady:
    case StateKind::Stopping:
      return machine.goal() == Goal::Down || is_unkillable(machine);
    case StateKind::Waiting:
    case StateKind::Queued:
      return false;
  }
  return false;
}

bool has_failed_for_good(const InstanceMachine& machine) {
  if (const auto* failed = machine.as<Failed>()) return !failed->retry_at;
  const auto* exited = machine.as<Exited>();
  return exited != nullptr && !exited->success;
}

}  // namespace mainstay::policy
