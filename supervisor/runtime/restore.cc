// A new controller goes on where the former one ended.
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

void Supervision::restore(std::span<const std::pair<std::uint32_t, std::string>> raw,
                          std::span<const Controller::HeldRun> runs, const Now& now) {
  const HeldRuns held = recollect(raw, runs, now);
  add_event(EventKind::SupervisorRestarted, nullptr, options_.restarted);
  for (const InstanceId id : in_file_order())
    resume(table_.at(id), held);
  rejoin_brake();
  if (own_.shutting_down) wishes_.push_back(ShutdownWish{own_.hurry, true});
  write_all_anew(raw);
}

Supervision::HeldRuns Supervision::recollect(
    std::span<const std::pair<std::uint32_t, std::string>> raw,
    std::span<const Controller::HeldRun> runs, const Now& now) {
  now_ = now;
  restored_ = true;
  StoredRecords records;
  for (const auto& [slot, bytes] : raw) {
    if (slot == kControllerSlot) {
      restore_own(bytes);
    } else if (auto record = decode_instance(bytes)) {
      std::string name = record->canonical_name;
      records.insert_or_assign(std::move(name), StoredRecord{InstanceId{slot}, std::move(*record)});
    }
  }
  fit_table(records, runs);
  for (auto& [name, stored] : records)
    take_over(name, stored.record);
  HeldRuns held;
  for (const Controller::HeldRun& run : runs) {
    held.emplace(run.run, &run);
    own_.next_run_id = std::max(own_.next_run_id, run.run.value + 1);
    if (!records.contains(run.canonical_name) || is_newer_than_recorded(run)) rebuild(run);
  }
  return held;
}

void Supervision::restore_own(std::string_view bytes) {
  auto own = decode_controller(bytes);
  if (!own) return;
  own->next_run_id = std::max(own_.next_run_id, own->next_run_id);
  own_ = std::move(*own);
  events_.continue_at(own_.next_event_id);
}

// As many instances as were recorded or are held, each in its former slot: a record must not be
// overwritten by another's before it is written again.
void Supervision::fit_table(const StoredRecords& records,
                            std::span<const Controller::HeldRun> runs) {
  std::vector<std::uint32_t> needed(table_.services().size());
  const auto need = [&](std::string_view name) {
    const auto place = table_.place_of(name);
    if (place) needed[place->service] = std::max(needed[place->service], place->index + 1);
  };
  for (const auto& [name, stored] : records)
    need(name);
  for (const Controller::HeldRun& run : runs)
    need(run.canonical_name);
  for (std::uint32_t i = 0; i < needed.size(); ++i) {
    Service& service = table_.services()[i];
    const auto first = records.find(service.spec->name + ":0");
    service.wanted = first == records.end()
                         ? std::max(service.wanted, needed[i])
                         : std::clamp(first->second.record.instances, 1U, kMostInstances);
    needed[i] = std::max(needed[i], service.wanted);
    while (service.instances.size() > needed[i])
      table_.remove(service.instances.back());
  }
  for (std::uint32_t i = 0; i < needed.size(); ++i) {
    const Service& service = table_.services()[i];
    while (service.instances.size() < needed[i]) {
      const auto name = service.spec->name + ":" + std::to_string(service.instances.size());
      const auto stored = records.find(name);
      table_.add(i, stored == records.end() ? std::nullopt : std::optional{stored->second.slot});
    }
  }
}

void Supervision::take_over(const std::string& name, InstanceRecord& record) {
  const auto place = table_.place_of(name);
  if (!place) return;  // of a service that is not declared
  Instance& instance = table_.at(table_.services()[place->service].instances[place->index]);
  own_.next_run_id = std::max(own_.next_run_id, record.last_run.value + 1);
  set_machine(instance, std::move(record.machine));
  instance.last_exit = std::move(record.last_exit);
  instance.actor = std::move(record.actor);
  instance.removing = record.removing;
  instance.signal_owed = record.signal_owed;
  instance.ticket = record.ticket;
  instance.enabled = record.enabled;
  instance.held_down = record.held_down;
  table_.bind(instance, instance.machine.run() ? instance.machine.run() : record.last_run);
}

// Records on disk may be a little older than what a dead supervisor did last.
bool Supervision::is_newer_than_recorded(const Controller::HeldRun& run) const {
  const auto place = table_.place_of(run.canonical_name);
  if (!place || run.exited) return false;
  const Instance& instance = table_.at(table_.services()[place->service].instances[place->index]);
  return std::max(instance.last_run, instance.machine.run()) < run.run;
}

// Without a readable record a run that is held is all that is known: it is up, and was meant to be.
void Supervision::rebuild(const Controller::HeldRun& run) {
  const auto place = table_.place_of(run.canonical_name);
  if (!place) return;
  Instance& instance = table_.at(table_.services()[place->service].instances[place->index]);
  if (instance.machine.run() && (run.exited || run.run < instance.machine.run())) return;
  policy::Ledger ledger = instance.machine.ledger();
  ++ledger.runs;
  instance.held_down = false;
  set_machine(instance, {Goal::Up,
                         policy::Running{
                             run.run, run.pid, run.started, policy::StartCause::Autostart, {}, {}},
                         std::move(ledger)});
  table_.bind(instance, run.run);
}

void Supervision::set_machine(Instance& instance, InstanceMachine machine) {
  policy::Progress& progress = table_.service_of(instance).progress;
  live_ -= progress.live;
  policy::count(progress, instance.machine, -1);
  instance.machine = std::move(machine);
  policy::count(progress, instance.machine, +1);
  live_ += progress.live;
}

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

void Supervision::write_all_anew(std::span<const std::pair<std::uint32_t, std::string>> raw) {
  publish_touched();
  publish_own();
  for (const auto& [slot, bytes] : raw) {
    if (slot != kControllerSlot && table_.find(InstanceId{slot}) == nullptr) store_.erase(slot);
  }
}

}  // namespace mainstay::runtime
