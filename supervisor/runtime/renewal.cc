// Another configuration is in force: what there is becomes what it says.
#include <algorithm>
#include <utility>

#include "runtime/supervision.h"

namespace mainstay::runtime {

using policy::Context;
using policy::Goal;
using policy::InstanceMachine;
using policy::StartCause;
using policy::StateKind;
using policy::StopCause;

// What people had scaled it to stays, unless the file says another number than before.
std::uint32_t Supervision::wanted_of(const Service& service, const StoredRecord* first,
                                     std::uint32_t needed) const {
  const bool rescaled = options_.renewal && options_.renewal->rescaled.contains(service.spec->name);
  if (rescaled) return std::max(1U, service.spec->instances);
  if (first == nullptr) return std::max(service.wanted, needed);
  return std::clamp(first->record.instances, 1U, kMostInstances);
}

// Before anything is resumed.
void Supervision::renew_table() {
  if (!options_.renewal) return;
  for (const InstanceId id : in_file_order()) {
    Instance& instance = table_.at(id);
    const std::string& name = table_.service_of(instance).spec->name;
    if (options_.renewal->rechecked.contains(name)) forget_checks(instance);
    if (options_.renewal->rescaled.contains(name)) follow_scale(instance);
  }
}

void Supervision::forget_checks(Instance& instance) {
  former_looks_.by_run.erase(instance.machine.run());
  if (instance.machine.kind() != StateKind::Running) return;
  step(instance, [](InstanceMachine& machine, const Context& context) {
    return machine.health_changed(context.first_health);
  });
}

// One more of a service that people have stopped stays down with the others; one that was on its
// way out may stay.
void Supervision::follow_scale(Instance& instance) {
  const Service& service = table_.service_of(instance);
  const Instance& first = table_.at(service.instances[0]);
  if (instance.index == 0 || instance.index >= service.wanted) return;
  const auto* stopped = instance.machine.as<policy::Stopped>();
  const bool fresh = stopped != nullptr && stopped->why == policy::StoppedWhy::NeverStarted;
  if (fresh || instance.removing) {
    instance.enabled = first.enabled;
    instance.held_down = first.held_down;
  }
  if (std::exchange(instance.removing, false) && first.machine.goal() == Goal::Up) {
    instance.ticket = 0;
    start(instance, StartCause::Scaled, options_.renewal->who);
  }
}

// What waits for its start comes up as declared now, and what is being stopped stays so.
bool Supervision::is_outdated(const Instance& instance) const {
  const Renewal& renewal = *options_.renewal;
  const std::string& name = table_.service_of(instance).spec->name;
  if (instance.machine.goal() == Goal::Down || renewal.before <= instance.last_run) return false;
  switch (instance.machine.kind()) {
    case StateKind::GettingReady:
      return renewal.restart.contains(name) || renewal.rechecked.contains(name);
    case StateKind::Starting:
    case StateKind::Running:
    case StateKind::Backoff:
    case StateKind::Exited:
    case StateKind::Failed:
      return renewal.restart.contains(name);
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Stopping:
    case StateKind::Clearing:
      return false;
  }
  return false;
}

void Supervision::apply(const RenewWish&) {
  if (own_.shutting_down) return;
  std::unordered_set<std::uint32_t> pulled;
  for (const InstanceId id : in_file_order()) {
    Instance& instance = table_.at(id);
    if (!is_outdated(instance)) continue;
    pull_dependencies(instance, StartCause::Dependency, options_.renewal->who, pulled);
    instance.actor = options_.renewal->who;
    step(instance, [](InstanceMachine& machine, const Context& context) {
      return machine.restart(context, StopCause::ManualRestart);
    });
  }
}

}  // namespace mainstay::runtime
