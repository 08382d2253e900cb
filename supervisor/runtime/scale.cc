// How many instances a service has.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "mainstay/protocol.h"
#include "runtime/supervision.h"

namespace mainstay::runtime {

using policy::Context;
using policy::Goal;
using policy::InstanceMachine;
using policy::StartCause;
using policy::StateKind;
using policy::StopCause;

Result<RequestId> Supervision::scale(std::string_view service, std::uint32_t instances,
                                     std::string who) {
  const auto found = table_.service_named(service);
  if (!found) {
    std::vector<std::string> names;
    for (const Service& known : table_.services())
      names.push_back(known.spec->name);
    return Error{fmt::format("no service named '{}'{}", service, did_you_mean(service, names)),
                 static_cast<int>(RpcError::NoSuchTarget)};
  }
  if (instances > kMostInstances) {
    return Error{fmt::format("cannot scale {} to {}: a service has at most {} instances", service,
                             instances, kMostInstances),
                 static_cast<int>(RpcError::InvalidParams)};
  }
  if (own_.shutting_down) {
    return Error{fmt::format("cannot scale {}: the supervisor shuts down", service),
                 static_cast<int>(RpcError::Failed)};
  }
  const RequestId id = requests_.open();
  wishes_.push_back(ScaleWish{id, *found, instances, std::move(who)});
  return id;
}

void Supervision::apply(const ScaleWish& wish) {
  Service& service = table_.services()[wish.service];
  if (own_.shutting_down) {
    refuse(wish.request, table_.at(service.instances[0]), "the supervisor shuts down");
    return requests_.close(wish.request);
  }
  service.wanted = std::max(1U, wish.instances);
  // Its record carries the wish for the whole service, so it is written before any other.
  touch(table_.at(service.instances[0]));
  shrink(wish.service, wish);
  grow(wish.service, wish);
  // The wish is part of every record of the service.
  for (const InstanceId id : service.instances)
    touch(table_.at(id));
  requests_.close(wish.request);
}

// Stops what is too much; it goes when it has stopped, the last one first.
void Supervision::shrink(std::uint32_t at, const ScaleWish& wish) {
  const Service& service = table_.services()[at];
  for (const InstanceId id : service.instances) {
    Instance& instance = table_.at(id);
    if (instance.index < wish.instances) continue;
    const bool kept =
        instance.index < service.wanted;  // the first one of a service scaled to nothing
    instance.removing = !kept;
    instance.actor = wish.who;
    requests_.expect(wish.request, id, kept ? Expectation::Down : Expectation::Removed, {});
    step(instance, [](InstanceMachine& machine, const Context& context) {
      return machine.stop(context, StopCause::ScaledDown);
    });
  }
}

// New instances are up if any of the service is, or if it comes back from having been scaled to
// nothing.
void Supervision::grow(std::uint32_t at, const ScaleWish& wish) {
  Service& service = table_.services()[at];
  const auto is_wanted = [&](InstanceId id) {
    const Instance& instance = table_.at(id);
    const auto* stopped = instance.machine.as<policy::Stopped>();
    return instance.machine.goal() == Goal::Up || instance.removing ||
           (stopped != nullptr && stopped->why == policy::StoppedWhy::ScaledDown);
  };
  const bool up = std::ranges::any_of(service.instances, is_wanted);
  while (service.instances.size() < wish.instances)
    table_.add(at);
  std::unordered_set<std::uint32_t> pulled;
  for (const InstanceId id : service.instances) {
    Instance& instance = table_.at(id);
    const bool idle = instance.machine.goal() == Goal::Down;
    if (instance.index >= wish.instances || !idle) continue;
    const bool returns = std::exchange(instance.removing, false);
    const auto* stopped = instance.machine.as<policy::Stopped>();
    const bool added = stopped != nullptr && (stopped->why == policy::StoppedWhy::NeverStarted ||
                                              stopped->why == policy::StoppedWhy::ScaledDown);
    if (!up || !(returns || added)) continue;
    requests_.expect(wish.request, id, Expectation::Up, {});
    pull_dependencies(instance, StartCause::Dependency, wish.who, pulled);
    start(instance, StartCause::Scaled, wish.who);
  }
}

void Supervision::remove_stopped() {
  for (const InstanceId id : std::exchange(removable_, {})) {
    const Instance* instance = table_.find(id);
    if (instance == nullptr) continue;
    const Service& service = table_.service_of(*instance);
    // Only from the end, so that indices have no gaps; the others follow when it is their turn.
    while (service.instances.size() > service.wanted) {
      Instance& last = table_.at(service.instances.back());
      if (!last.removing || last.machine.kind() != StateKind::Stopped) break;
      remove_now(last);
    }
  }
}

void Supervision::remove_now(Instance& instance) {
  const Service& service = table_.service_of(instance);
  const InstanceId id = instance.id;
  for (const Requests::Pending& pending : requests_.pending_on(id)) {
    const bool ok =
        pending.expectation == Expectation::Removed || pending.expectation == Expectation::Down;
    requests_.settle(id, pending, outcome_for(table_, instance, ok, "scaled away"));
  }
  reloads_.forget(instance);
  deadlines_.set(id, std::nullopt);
  events_.forget(id);
  store_.erase(id.value);
  if (instance.looks) stop_looking(instance);
  table_.remove(id);
  // What is left of the service may be all up now, and others may be called differently.
  check_waiting_users(service);
  for (const InstanceId other : service.instances)
    touch(table_.at(other));
}

}  // namespace mainstay::runtime
