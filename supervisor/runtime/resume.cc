// What a former controller had begun, brought to its end.
#include <algorithm>
#include <utility>

#include "runtime/supervision.h"

namespace mainstay::runtime {

using policy::Action;
using policy::Context;
using policy::Goal;
using policy::InstanceMachine;
using policy::Push;
using policy::StateKind;
using policy::StopCause;

namespace {

constexpr Duration kTimeToLook = std::chrono::seconds{5};

}  // namespace

// What the former controller owed to the instance when it ended.
void Supervision::resume(Instance& instance, const HeldRuns& held) {
  const RunId run = instance.machine.run();
  const auto found = held.find(run);
  if (run && found == held.end()) {
    lose_run(instance);
  } else if (run) {
    resume_run(instance, *found->second);
  } else if (instance.machine.kind() == StateKind::Waiting) {
    checks_.push_back(instance.id);
  }
  resume_scaling(instance);
  decide_watch(instance);
  touch(instance);
  heed_essential(instance);
}

void Supervision::resume_run(Instance& instance, const Controller::HeldRun& run) {
  const auto owe = [&](Action::Kind kind, int number = 0) {
    outbox_.emplace_back(instance.id, Action{kind, run.run, number});
  };
  const model::StopPolicy& stop = table_.service_of(instance).spec->stop;
  switch (instance.machine.kind()) {
    case StateKind::Starting:
      step(instance, [&](InstanceMachine& machine, const Context& context) {
        return machine.spawned(context, run.pid, run.started);
      });
      return plan_restart(instance);
    case StateKind::GettingReady:
      give_time_to_look(instance);
      return plan_restart(instance);
    case StateKind::Running:
      return plan_restart(instance);
    case StateKind::Stopping: {
      const policy::Stopping& stopping = *instance.machine.as<policy::Stopping>();
      const bool by_command = stopping.pid != 0 && !stop.command.empty();
      if (stopping.push != Push::Asked) {
        owe(Action::Kind::KillTree);
      } else if (instance.signal_owed) {
        owe(by_command ? Action::Kind::RunStopCommand : Action::Kind::SignalTree, stop.signal);
      }
      if (stopping.pid == 0) owe(Action::Kind::AwaitTreeEmpty);
      return;
    }
    case StateKind::Clearing:
      owe(Action::Kind::KillTree);
      return owe(Action::Kind::AwaitTreeEmpty);
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Backoff:
    case StateKind::Exited:
    case StateKind::Failed:
      return;
  }
}

// Its time to get ready may be over, while nobody was there to see that it is.
void Supervision::give_time_to_look(Instance& instance) {
  policy::GettingReady state = *instance.machine.as<policy::GettingReady>();
  if (!state.ready_by || *state.ready_by > now_.mono) return;
  state.ready_by = policy::later(now_.mono, kTimeToLook);
  set_machine(instance, {instance.machine.goal(), state, instance.machine.ledger()});
}

// The keeper does not know the run: it was never started, or nobody can tell any more how it ended.
void Supervision::lose_run(Instance& instance) {
  const RunId run = instance.machine.run();
  const auto* stopping = instance.machine.as<policy::Stopping>();
  switch (instance.machine.kind()) {
    case StateKind::Starting:
      if (instance.machine.goal() == Goal::Up &&
          instance.index < table_.service_of(instance).wanted) {
        outbox_.emplace_back(instance.id, Action{Action::Kind::Start, run, 0});
      } else {
        post(StartFailed{run,
                         {StartFailureKind::Program, "run", 0, "stopped before it was started"}});
      }
      return;
    case StateKind::Running:
    case StateKind::GettingReady:
      return post(Exited{run, {}, now_.mono, {}, false});
    case StateKind::Stopping:
      if (stopping->pid != 0) return post(Exited{run, {}, now_.mono, {}, false});
      return post(TreeEmpty{run});
    case StateKind::Clearing:
      return post(TreeEmpty{run});
    case StateKind::Exited: {
      policy::Exited exited = *instance.machine.as<policy::Exited>();
      exited.leftovers = {};
      return set_machine(instance, {instance.machine.goal(), exited, instance.machine.ledger()});
    }
    case StateKind::Failed: {
      policy::Failed failed = *instance.machine.as<policy::Failed>();
      failed.leftovers = {};
      return set_machine(instance, {instance.machine.goal(), failed, instance.machine.ledger()});
    }
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Backoff:
      return;
  }
}

// A scaling that was begun is brought to its end.
void Supervision::resume_scaling(Instance& instance) {
  const Service& service = table_.service_of(instance);
  const auto* stopped = instance.machine.as<policy::Stopped>();
  if (instance.index >= service.wanted) {
    instance.removing = true;
    step(instance, [](InstanceMachine& machine, const Context& context) {
      return machine.stop(context, StopCause::ScaledDown);
    });
    return;
  }
  const bool fresh = stopped != nullptr && stopped->why == policy::StoppedWhy::NeverStarted;
  const bool first_is_up = table_.at(service.instances[0]).machine.goal() == Goal::Up;
  if (fresh && instance.index >= service.spec->instances && first_is_up && !own_.shutting_down) {
    start(instance, policy::StartCause::Scaled, {});
  }
}

// Of what was recorded under an earlier configuration, before anything is resumed.
void Supervision::renew_table() {
  if (!options_.renewal) return;
  for (const InstanceId id : in_file_order()) {
    Instance& instance = table_.at(id);
    const Service& service = table_.service_of(instance);
    if (options_.renewal->rechecked.contains(service.spec->name)) forget_checks(instance);
    if (!options_.renewal->rescaled.contains(service.spec->name)) continue;
    if (!join_rescaled(instance, service, table_.at(service.instances[0]))) continue;
    instance.ticket = 0;
    start(instance, policy::StartCause::Scaled, options_.renewal->who);
  }
}

void Supervision::forget_checks(Instance& instance) {
  former_looks_.by_run.erase(instance.machine.run());
  if (instance.machine.kind() != StateKind::Running) return;
  step(instance, [](InstanceMachine& machine, const Context& context) {
    return machine.health_changed(context.first_health);
  });
}

void Supervision::apply(const RenewWish&) {
  if (own_.shutting_down) return;
  const Renewal& renewal = *options_.renewal;
  std::unordered_set<std::uint32_t> pulled;
  for (const InstanceId id : in_file_order()) {
    Instance& instance = table_.at(id);
    if (!is_outdated(renewal, table_.service_of(instance), instance)) continue;
    pull_dependencies(instance, policy::StartCause::Dependency, renewal.who, pulled);
    instance.actor = renewal.who;
    step(instance, [](InstanceMachine& machine, const Context& context) {
      return machine.restart(context, StopCause::ManualRestart);
    });
  }
}

// In the order in which they queued.
void Supervision::rejoin_brake() {
  std::vector<std::pair<std::uint64_t, InstanceId>> queued;
  for (const InstanceId id : in_file_order()) {
    const Instance& instance = table_.at(id);
    if (instance.machine.kind() == StateKind::Queued) queued.emplace_back(instance.ticket, id);
  }
  std::ranges::sort(queued);
  for (const auto& [former_ticket, id] : queued)
    table_.at(id).ticket = brake_.join(id);
}

}  // namespace mainstay::runtime
