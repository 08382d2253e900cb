// Whether those who wait for a request have their answer.
#include <fmt/format.h>

#include <utility>

#include "runtime/supervision.h"

namespace mainstay::runtime {

using policy::Goal;
using policy::StateKind;

void Supervision::settle_requests() {
  if (requests_.empty()) return;
  for (const InstanceId id : touched_) {
    const Instance* instance = table_.find(id);
    if (instance == nullptr) continue;
    settle_requests_of(*instance);
    if (policy::is_stuck(instance->machine)) settle_blocked_dependants(instance->service);
  }
}

void Supervision::settle_requests_of(const Instance& instance) {
  for (const Requests::Pending& pending : requests_.pending_on(instance.id)) {
    auto found = outcome_of(instance, pending);
    if (found) requests_.settle(instance.id, pending, std::move(*found));
  }
}

// A start that waits for this service, directly or through others, may have become hopeless.
void Supervision::settle_blocked_dependants(std::uint32_t service) {
  std::unordered_set<std::uint32_t> seen;
  std::vector<std::uint32_t> open{service};
  while (!open.empty() && !requests_.empty()) {
    const std::uint32_t at = open.back();
    open.pop_back();
    for (const std::uint32_t user : table_.services()[at].needed_by) {
      if (!seen.insert(user).second) continue;
      bool waits = false;
      for (const InstanceId id : table_.services()[user].instances) {
        if (table_.at(id).machine.kind() != StateKind::Waiting) continue;
        waits = true;
        settle_requests_of(table_.at(id));
      }
      if (waits) open.push_back(user);
    }
  }
}

std::optional<Outcome> Supervision::outcome_of(const Instance& instance,
                                               const Requests::Pending& pending) const {
  switch (pending.expectation) {
    case Expectation::Up:
    case Expectation::NewRun:
      return outcome_of_start(instance, pending.baseline);
    case Expectation::Down:
    case Expectation::Removed:
      return outcome_of_stop(instance);
  }
  return std::nullopt;
}

std::optional<Outcome> Supervision::outcome_of_start(const Instance& instance,
                                                     RunId baseline) const {
  const auto& machine = instance.machine;
  if (machine.goal() == Goal::Down)
    return outcome_for(table_, instance, false, "it was stopped meanwhile");
  const auto why = [&] {
    return policy::reason_for(situation(instance, now_, waits_for(table_.service_of(instance))));
  };
  switch (machine.kind()) {
    case StateKind::Running:
      if (machine.run() <= baseline) return std::nullopt;
      return outcome_for(table_, instance, true, why());
    case StateKind::Backoff:
    case StateKind::Failed:
      return outcome_for(table_, instance, false, why());
    case StateKind::Exited:
      return outcome_for(table_, instance, machine.as<policy::Exited>()->success, why());
    case StateKind::Waiting:
      if (!is_blocked(instance.service)) return std::nullopt;
      return outcome_for(table_, instance, false, why());
    case StateKind::Clearing:
    case StateKind::Stopping:
      if (!policy::is_unkillable(machine)) return std::nullopt;
      return outcome_for(table_, instance, false, why());
    case StateKind::Stopped:
    case StateKind::Queued:
    case StateKind::Starting:
    case StateKind::GettingReady:
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Outcome> Supervision::outcome_of_stop(const Instance& instance) const {
  const auto& machine = instance.machine;
  if (machine.goal() == Goal::Up)
    return outcome_for(table_, instance, false, "it was started again meanwhile");
  if (machine.kind() == StateKind::Stopped) {
    return outcome_for(table_, instance, true, reason(instance));
  }
  if (!policy::is_unkillable(machine)) return std::nullopt;
  return outcome_for(table_, instance, false, reason(instance));
}

}  // namespace mainstay::runtime
