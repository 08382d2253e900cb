#include "runtime/renewal.h"

#include <algorithm>
#include <utility>

#include "runtime/instance_table.h"
#include "runtime/records.h"

namespace mainstay::runtime {

using policy::Goal;
using policy::StateKind;

// What people had scaled it to stays, unless the file says another number than before.
std::uint32_t wanted_of(const std::optional<Renewal>& renewal, const Service& service,
                        const StoredRecord* first, std::uint32_t needed) {
  const bool rescaled = renewal && renewal->rescaled.contains(service.spec->name);
  if (rescaled) return std::max(1U, service.spec->instances);
  if (first == nullptr) return std::max(service.wanted, needed);
  return std::clamp(first->record.instances, 1U, kMostInstances);
}

// One more of a service that people have stopped stays down with the others; one that was on its
// way out may stay.
bool join_rescaled(Instance& instance, const Service& service, const Instance& first) {
  if (instance.index == 0 || instance.index >= service.wanted) return false;
  const auto* stopped = instance.machine.as<policy::Stopped>();
  const bool fresh = stopped != nullptr && stopped->why == policy::StoppedWhy::NeverStarted;
  if (fresh || instance.removing) {
    instance.enabled = first.enabled;
    instance.held_down = first.held_down;
  }
  return std::exchange(instance.removing, false) && first.machine.goal() == Goal::Up;
}

// What waits for its start comes up as declared now, and what is being stopped stays so.
bool is_outdated(const Renewal& renewal, const Service& service, const Instance& instance) {
  const std::string& name = service.spec->name;
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

}  // namespace mainstay::runtime
