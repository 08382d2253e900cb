// Events: what happened, with the numbers that decided it.
#include <fmt/format.h>

#include "base/text.h"
#include "runtime/supervision.h"

namespace mainstay::runtime {

using policy::Action;

namespace {

using Data = std::map<std::string, std::string>;

std::string milliseconds(Duration d) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(d).count());
}

void add_status(Data& data, const ExitStatus& status) {
  switch (status.kind) {
    case ExitStatus::Kind::Code:
      data["code"] = std::to_string(status.number);
      return;
    case ExitStatus::Kind::Signal:
      data["signal"] = signal_name(status.number);
      if (status.core_dumped) data["core"] = "true";
      return;
    case ExitStatus::Kind::Unknown:
      return;
  }
}

Data started_data(const Instance& instance) {
  Data data;
  const policy::Running* running = instance.machine.up();
  const auto* stopping = instance.machine.as<policy::Stopping>();  // spawned when no longer wanted
  if (running != nullptr) data["pid"] = std::to_string(running->pid);
  if (running != nullptr) data["cause"] = to_string(running->cause);
  if (stopping != nullptr) data["pid"] = std::to_string(stopping->pid);
  data["attempt"] = std::to_string(instance.machine.ledger().unstable_runs + 1);
  if (!instance.actor.empty()) data["who"] = instance.actor;
  return data;
}

Data backoff_data(const Instance& instance, const model::RestartPolicy& restart) {
  Data data;
  const auto* backoff = instance.machine.as<policy::Backoff>();
  const auto* clearing = instance.machine.as<policy::Clearing>();
  const policy::NextStart next = backoff != nullptr    ? backoff->next
                                 : clearing != nullptr ? clearing->next
                                                       : policy::NextStart{};
  const policy::Ledger& ledger = instance.machine.ledger();
  const bool resource = next.cause == policy::StartCause::ResourceError;
  data["delay_ms"] = milliseconds(next.at - next.decided);
  data["cause"] = resource ? "resource error" : "unstable run";
  data["attempt"] = std::to_string(resource ? ledger.resource_failures : ledger.unstable_runs);
  if (!resource && restart.max_restarts)
    data["max_restarts"] = std::to_string(*restart.max_restarts);
  return data;
}

}  // namespace

void Supervision::announce(const Instance& instance, const Action& action) {
  const model::RestartPolicy& restart = table_.service_of(instance).spec->restart;
  switch (action.kind) {
    case Action::Kind::AnnounceStarted:
      return add_event(EventKind::ServiceStarted, &instance, started_data(instance));
    case Action::Kind::AnnounceExited: {
      if (!instance.last_exit) return;
      Data data{{"cause", instance.last_exit->cause},
                {"run_ms", milliseconds(instance.last_exit->run_time)}};
      add_status(data, instance.last_exit->status);
      if (ended_pid_ != 0) data["pid"] = std::to_string(ended_pid_);
      if (ended_usage_.cpu > Duration{0}) data["cpu_ms"] = milliseconds(ended_usage_.cpu);
      if (ended_usage_.peak_memory_bytes > 0) {
        data["peak_memory_bytes"] = std::to_string(ended_usage_.peak_memory_bytes);
      }
      if (!ended_stage_.empty()) data["stage"] = ended_stage_;
      data["run"] = std::to_string(action.run.value);
      if (!instance.last_exit->note.empty()) data["note"] = instance.last_exit->note;
      // Learnt late, as after the death of a controller: when it ended follows from it.
      const Duration late = now_.wall - instance.last_exit->at;
      if (late >= std::chrono::milliseconds{100}) data["late_ms"] = milliseconds(late);
      if (!instance.last_exit->start_failure.empty()) {
        data["error"] = instance.last_exit->start_failure;
        if (instance.machine.goal() == policy::Goal::Down) data["wanted"] = "down";
      }
      return add_event(EventKind::ServiceExited, &instance, std::move(data));
    }
    case Action::Kind::AnnounceBackoff:
      return add_event(EventKind::ServiceBackoff, &instance, backoff_data(instance, restart));
    case Action::Kind::AnnounceFailed: {
      const auto why = reason(instance);
      return add_event(
          EventKind::ServiceFailed, &instance,
          {{"attempt", std::to_string(instance.machine.ledger().unstable_runs)}, {"reason", why}});
    }
    case Action::Kind::AnnounceReady: {
      const auto* up = instance.machine.up();
      const Duration took = up == nullptr ? Duration{0} : now_.mono - up->started;
      return add_event(EventKind::ServiceReady, &instance, {{"after_ms", milliseconds(took)}});
    }
    case Action::Kind::AnnounceStopped: {
      Data data;
      if (!instance.actor.empty()) data["who"] = instance.actor;
      return add_event(EventKind::ServiceStopped, &instance, std::move(data));
    }
    case Action::Kind::CheckDependencies:
    case Action::Kind::JoinBrake:
    case Action::Kind::Start:
    case Action::Kind::SignalTree:
    case Action::Kind::RunStopCommand:
    case Action::Kind::KillTree:
    case Action::Kind::AwaitTreeEmpty:
    case Action::Kind::Release:
      return;
  }
}

void Supervision::add_event(EventKind kind, const Instance* about, Data data) {
  Event event;
  event.at = now_.wall;
  event.kind = kind;
  event.data = std::move(data);
  if (about != nullptr) {
    event.service = table_.service_of(*about).spec->name;
    event.instance = table_.shown_name(*about);
  }
  events_.add(std::move(event), about == nullptr ? std::nullopt : std::optional{about->id});
}

void Supervision::apply(const AuditWish& wish) {
  Event event;
  event.at = now_.wall;
  event.kind = EventKind::Action;
  event.data = wish.data;
  const Instance* first = nullptr;
  bool same = true;
  std::size_t instances = 0;
  for (const InstanceId id : wish.about) {
    const Instance* instance = table_.find(id);
    if (instance == nullptr) continue;
    if (first == nullptr) first = instance;
    same = same && instance->service == first->service;
    ++instances;
  }
  if (first == nullptr || !same) return events_.add(std::move(event), std::nullopt);
  event.service = table_.service_of(*first).spec->name;
  if (instances == 1) event.instance = table_.shown_name(*first);
  events_.add(std::move(event), instances == 1 ? std::optional{first->id} : std::nullopt);
}

}  // namespace mainstay::runtime
