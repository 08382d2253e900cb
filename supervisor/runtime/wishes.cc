// What people, and the ecosystem file, want to be up or down.
#include <fmt/format.h>

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

namespace {

// Where a service's dependency may be taken along by a start. What a person has stopped stays so
// unless a person starts what needs it.
bool may_pull(const Instance& instance, StartCause cause) {
  if (instance.removing) return false;
  const auto* stopped = instance.machine.as<policy::Stopped>();
  if (cause == StartCause::Autostart) {
    return stopped != nullptr && stopped->why == policy::StoppedWhy::NeverStarted;
  }
  const auto* exited = instance.machine.as<policy::Exited>();
  return instance.machine.goal() == Goal::Down || instance.machine.kind() == StateKind::Failed ||
         (exited != nullptr && !exited->success);
}

// The run that a restart has to come after.
RunId baseline_of(const InstanceMachine& machine) {
  const RunId run = machine.run();
  return machine.kind() == StateKind::Starting ? RunId{run.value - 1} : run;
}

}  // namespace

RequestId Supervision::request(VerbWish wish) {
  wish.request = requests_.open();
  const RequestId id = wish.request;
  wishes_.push_back(std::move(wish));
  return id;
}

Status Supervision::signal(InstanceId target, int number, std::string who) {
  const Instance* instance = table_.find(target);
  if (instance == nullptr) {
    return Error{"cannot send a signal: no such instance",
                 static_cast<int>(RpcError::NoSuchTarget)};
  }
  const auto* stopping = instance->machine.as<policy::Stopping>();
  const bool has_process =
      instance->machine.up() != nullptr || (stopping != nullptr && stopping->pid != 0);
  if (!has_process) {
    return Error{fmt::format("cannot send {} to {}: it is {}", signal_name(number),
                             table_.shown_name(*instance),
                             mainstay::to_string(policy::public_state(instance->machine))),
                 static_cast<int>(RpcError::NotRunning)};
  }
  wishes_.push_back(SignalWish{target, instance->machine.run(), number, std::move(who)});
  return {};
}

void Supervision::begin_all() {
  if (!restored_) add_event(EventKind::SupervisorStarted, nullptr, {});
  if (own_.shutting_down) return;
  std::unordered_set<std::uint32_t> pulled;
  for (const InstanceId id : in_file_order()) {
    Instance& instance = table_.at(id);
    const auto* stopped = instance.machine.as<policy::Stopped>();
    const bool fresh = stopped != nullptr && stopped->why == policy::StoppedWhy::NeverStarted;
    if (!fresh || !comes_up_by_itself(instance)) continue;
    pull_dependencies(instance, StartCause::Autostart, {}, pulled);
    start(instance, StartCause::Autostart, {});
  }
}

void Supervision::apply(const NoteWish& wish) {
  add_event(wish.kind, wish.about ? table_.find(*wish.about) : nullptr, wish.data);
}

void Supervision::apply(VerbWish& wish) {
  if (wish.verb == Verb::Reload) return reloads_.begin(wish, own_.shutting_down);
  std::unordered_set<std::uint32_t> pulled;
  for (const InstanceId id : wish.targets) {
    Instance* instance = table_.find(id);
    if (instance != nullptr) {
      apply_verb(wish, *instance, pulled);
    } else {
      requests_.add_outcome(wish.request,
                            {id, {}, false, PublicState::Stopped, "no longer exists"});
    }
  }
  requests_.close(wish.request);
}

void Supervision::apply_verb(VerbWish& wish, Instance& instance,
                             std::unordered_set<std::uint32_t>& pulled) {
  const bool wants_up = wish.verb == Verb::Start || wish.verb == Verb::Restart;
  if (wants_up && own_.shutting_down)
    return refuse(wish.request, instance, "the supervisor shuts down");
  if (wants_up && instance.removing)
    return refuse(wish.request, instance, "it is being scaled away");
  switch (wish.verb) {
    case Verb::Start:
      requests_.expect(wish.request, instance.id, Expectation::Up, {});
      pull_dependencies(instance, StartCause::Dependency, wish.who, pulled);
      return start(instance, StartCause::Manual, wish.who);
    case Verb::Stop:
      requests_.expect(wish.request, instance.id, Expectation::Down, {});
      instance.actor = wish.who;
      instance.held_down = true;
      return step(instance, [](InstanceMachine& machine, const Context& context) {
        return machine.stop(context, StopCause::Requested);
      });
    case Verb::Restart: {
      const RunId before = restart_by_hand(instance, wish.who, pulled);
      return requests_.expect(wish.request, instance.id, Expectation::NewRun, before);
    }
    case Verb::Reset:
      instance.actor = wish.who;
      step(instance,
           [](InstanceMachine& machine, const Context& context) { return machine.reset(context); });
      return requests_.add_outcome(wish.request,
                                   outcome_for(table_, instance, true, "counts start afresh"));
    case Verb::Enable:
      return enable(instance, true, wish);
    case Verb::Disable:
      return enable(instance, false, wish);
    case Verb::Reload:
      return;
  }
}

// Returns the run that the new one comes after.
RunId Supervision::restart_by_hand(Instance& instance, std::string_view who,
                                   std::unordered_set<std::uint32_t>& pulled) {
  const RunId before = baseline_of(instance.machine);
  pull_dependencies(instance, StartCause::Dependency, who, pulled);
  instance.actor = who;
  instance.held_down = false;
  step(instance, [](InstanceMachine& machine, const Context& context) {
    return machine.restart(context, StopCause::ManualRestart);
  });
  return before;
}

RunId Supervision::restart(Instance& instance, const std::string& who) {
  std::unordered_set<std::uint32_t> pulled;
  return restart_by_hand(instance, who, pulled);
}

void Supervision::advance_reloads() {
  for (const Reloads::Ended& ended : reloads_.advance(own_.shutting_down)) {
    // Those who follow the restarts of a service were not restarted for each of its instances.
    followed_.insert(followed_.end(), ended.services.begin(), ended.services.end());
    if (ended.unawaited) apply(*ended.unawaited);
  }
}

void Supervision::enable(Instance& instance, bool enabled, const VerbWish& wish) {
  instance.enabled = enabled;
  if (enabled) instance.held_down = false;
  touch(instance);
  const auto* message = enabled ? "comes up with the supervisor"
                                : "does not come up with the supervisor; it may be started by hand";
  requests_.add_outcome(wish.request, outcome_for(table_, instance, true, message));
}

bool Supervision::comes_up_by_itself(const Instance& instance) const {
  if (instance.held_down) return false;
  return instance.enabled.value_or(table_.service_of(instance).spec->autostart);
}

void Supervision::start(Instance& instance, StartCause cause, std::string_view who) {
  instance.actor = who;
  instance.held_down = false;
  step(instance, [&](InstanceMachine& machine, const Context& context) {
    return machine.start(context, cause);
  });
}

// All that the instance needs, directly or not, and that is not there; each service once
// (`pulled`).
void Supervision::pull_dependencies(const Instance& instance, StartCause cause,
                                    std::string_view who,
                                    std::unordered_set<std::uint32_t>& pulled) {
  std::vector<std::uint32_t> open{instance.service};
  while (!open.empty()) {
    const Service& service = table_.services()[open.back()];
    open.pop_back();
    for (const Need& need : service.needs) {
      const Service& needed = table_.services()[need.service];
      if (policy::satisfies(needed.progress, need.condition) || !pulled.insert(need.service).second)
        continue;
      for (const InstanceId id : needed.instances) {
        if (may_pull(table_.at(id), cause)) start(table_.at(id), cause, who);
      }
      open.push_back(need.service);
    }
  }
}

void Supervision::refuse(RequestId request, const Instance& instance, std::string message) {
  requests_.add_outcome(request, outcome_for(table_, instance, false, std::move(message)));
}

}  // namespace mainstay::runtime
