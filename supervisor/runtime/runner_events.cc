// What the runner tells, applied to the instance that it is about.
#include <fmt/format.h>

#include <utility>

#include "base/units.h"
#include "runtime/supervision.h"

namespace mainstay::runtime {

using policy::Action;
using policy::Context;
using policy::InstanceMachine;
using policy::Push;
using policy::StateKind;

namespace {

RunId run_of(const RunnerEvent& event) {
  return std::visit([](const auto& e) { return e.run; }, event);
}

// Whether the end of the machine's run is still news to it.
bool has_main_process(const InstanceMachine& machine) {
  const auto* stopping = machine.as<policy::Stopping>();
  if (stopping != nullptr) return stopping->pid != 0;
  return machine.kind() == StateKind::Starting || machine.up() != nullptr;
}

int pid_of(const InstanceMachine& machine) {
  if (const auto* running = machine.up()) return running->pid;
  if (const auto* stopping = machine.as<policy::Stopping>()) return stopping->pid;
  return 0;
}

MonoTime start_of(const InstanceMachine& machine, MonoTime otherwise) {
  if (const auto* running = machine.up()) return running->started;
  if (const auto* stopping = machine.as<policy::Stopping>()) return stopping->started;
  return otherwise;
}

// A service that hangs seldom follows TERM: why we ended it counts, not that it took KILL.
std::string cause_of_end(const InstanceMachine& machine) {
  const auto* stopping = machine.as<policy::Stopping>();
  if (stopping == nullptr) return "exited";
  const bool ours = policy::is_judged_like_a_crash(stopping->cause);
  if (stopping->push != Push::Asked && !ours) return "killed";
  return std::string{to_string(stopping->cause)};
}

// Why we ended the run, or what ended it instead of us.
void add_end_note(Looks& looks, policy::LastExit& exit) {
  exit.note = std::exchange(looks.end_note, {});
  if (std::exchange(looks.killed_at_memory_limit, false)) {
    exit.cause = to_string(policy::StopCause::MemoryExceeded);
  }
}

std::string memory_note(const MemoryExceeded& exceeded) {
  const auto limit = format_size(Bytes{exceeded.limit_bytes});
  if (exceeded.killed) return fmt::format("killed by the kernel at limits.memory {}", limit);
  return fmt::format("used {} of limits.memory {}", format_size(Bytes{exceeded.used_bytes}), limit);
}

}  // namespace

// The one place where news of a run that is not an instance's present one ends.
void Supervision::apply(const RunnerEvent& event) {
  Instance* instance = table_.find(run_of(event));
  if (instance == nullptr || instance->machine.run() != run_of(event)) return drop_stale(event);
  std::visit([&](const auto& e) { apply(*instance, e); }, event);
}

void Supervision::drop_stale(const RunnerEvent& event) {
  const RunId run = run_of(event);
  if (std::holds_alternative<Spawned>(event)) {
    // Nobody wants it: it must not live beside the run that took its place.
    outbox_.emplace_back(InstanceId{}, Action{Action::Kind::KillTree, run, 0});
  } else if (std::holds_alternative<StartFailed>(event) || std::holds_alternative<Exited>(event)) {
    outbox_.emplace_back(InstanceId{}, Action{Action::Kind::Release, run, 0});
  }
}

void Supervision::apply(Instance& instance, const Spawned& spawned) {
  step(instance, [&](InstanceMachine& machine, const Context& context) {
    return machine.spawned(context, spawned.pid, spawned.at);
  });
  plan_restart(instance);
  if (!own_.hurry) return;
  step(instance,
       [](InstanceMachine& machine, const Context& context) { return machine.kill(context); });
}

policy::LastExit Supervision::last_exit_of(const Instance& instance, const Exited& exited) const {
  const Duration run_time = exited.at - start_of(instance.machine, exited.at);
  return {now_.wall_of(exited.at), exited.status, cause_of_end(instance.machine), run_time, {}, {}};
}

policy::LastExit Supervision::last_exit_of(const StartFailed& failed) const {
  return {now_.wall, {}, std::string{policy::kStartFailed}, Duration{0}, failed.failure.message,
          {}};
}

void Supervision::apply(Instance& instance, const StartFailed& failed) {
  if (!has_main_process(instance.machine)) return;
  instance.last_exit = last_exit_of(failed);
  ended_usage_ = {};
  ended_pid_ = 0;
  ended_stage_ = failed.failure.stage;
  step(instance, [&](InstanceMachine& machine, const Context& context) {
    return machine.start_failed(context, failed.failure.kind);
  });
}

void Supervision::apply(Instance& instance, const Exited& exited) {
  if (!has_main_process(instance.machine)) return;  // told again after a takeover
  instance.last_exit = last_exit_of(instance, exited);
  if (instance.looks) add_end_note(*instance.looks, *instance.last_exit);
  ended_usage_ = exited.usage;
  ended_pid_ = pid_of(instance.machine);
  ended_stage_.clear();
  step(instance, [&](InstanceMachine& machine, const Context& context) {
    return machine.exited(context, exited.status, exited.at, exited.leftovers);
  });
}

void Supervision::apply(Instance& instance, const TreeEmpty&) {
  step(instance, [](InstanceMachine& machine, const Context& context) {
    return machine.tree_empty(context);
  });
}

void Supervision::apply(Instance& instance, const MoreTime& more) {
  step(instance, [&](InstanceMachine& machine, const Context& context) {
    return machine.extend(context, more.time);
  });
}

void Supervision::apply(Instance& instance, const SaidStatus& said) {
  if (!instance.looks || instance.looks->said == said.text) return;
  instance.looks->said = said.text;
  keep_looks(instance);
  touch(instance);
}

void Supervision::apply(Instance& instance, const MemoryExceeded& exceeded) {
  const model::ServiceSpec& spec = *table_.service_of(instance).spec;
  const std::string note = memory_note(exceeded);
  add_event(EventKind::MemoryExceeded, &instance,
            {{"used_bytes", std::to_string(exceeded.used_bytes)},
             {"limit_bytes", std::to_string(exceeded.limit_bytes)},
             {"killed", exceeded.killed ? "true" : "false"}});
  if (exceeded.killed) {
    if (!instance.looks) return;
    instance.looks->end_note = note;
    instance.looks->killed_at_memory_limit = true;
    keep_looks(instance);
  } else if (spec.limits.memory_action == model::MemoryAction::Restart) {
    restart_for(instance, policy::StopCause::MemoryExceeded, note);
  }
}

// Only shown, but what is not told again: that is kept.
void Supervision::witness(const RunnerEvent& event) {
  Instance* instance = table_.find(run_of(event));
  if (instance == nullptr || instance->machine.run() != run_of(event) ||
      !has_main_process(instance->machine)) {
    return;
  }
  if (const auto* exited = std::get_if<Exited>(&event)) {
    policy::LastExit& exit = ended_[instance->id] = last_exit_of(*instance, *exited);
    if (instance->looks) add_end_note(*instance->looks, exit);
  }
  if (const auto* failed = std::get_if<StartFailed>(&event))
    ended_[instance->id] = last_exit_of(*failed);
  if (const auto* look = std::get_if<ProbeResult>(&event)) witness(*instance, *look);
  if (const auto* more = std::get_if<MoreTime>(&event)) witness(*instance, *more);
  if (const auto* said = std::get_if<SaidStatus>(&event)) apply(*instance, *said);
}

}  // namespace mainstay::runtime
