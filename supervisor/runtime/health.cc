// What is to be looked at follows from each instance's state; what the looks find moves the state.
#include <algorithm>
#include <memory>
#include <utility>

#include "policy/wording.h"
#include "runtime/supervision.h"

namespace mainstay::runtime {

using policy::CheckChange;
using policy::CheckResult;
using policy::CheckState;
using policy::CheckVerdict;
using policy::Context;
using policy::InstanceMachine;
using policy::StateKind;
using policy::StopCause;

namespace {

bool has_looks(const model::ServiceSpec& spec) {
  return spec.ready || !spec.health.empty() || spec.limits.memory;
}

Watch watch_for(const InstanceMachine& machine, const model::ServiceSpec& spec) {
  if (machine.kind() == StateKind::GettingReady) {
    return spec.ready ? Watch::Ready : Watch::HealthUntilReady;
  }
  const bool checked = machine.kind() == StateKind::Running && !spec.health.empty();
  return checked ? Watch::Health : Watch::Nothing;
}

// Another run, of which nothing is known yet.
void begin_run(Looks& looks, RunId run, std::size_t checks) {
  looks.run = run;
  looks.checks.assign(checks, CheckState{});
  looks.memories.assign(checks, {});
  looks.not_ready_because.clear();
  looks.said.clear();
  looks.end_note.clear();
  looks.killed_at_memory_limit = false;
}

bool each_passed(const std::vector<CheckState>& checks) {
  return std::ranges::all_of(checks, [](const CheckState& c) { return c.last_good.has_value(); });
}

}  // namespace

void Supervision::decide_watch(Instance& instance) {
  const model::ServiceSpec& spec = *table_.service_of(instance).spec;
  if (!has_looks(spec)) return;
  if (!instance.looks) instance.looks = std::make_unique<Looks>();
  if (auto former = former_looks_.by_run.extract(instance.machine.run())) {
    *instance.looks = std::move(former.mapped());
  }
  Looks& looks = *instance.looks;
  const policy::Running* up = instance.machine.up();
  if (up != nullptr && (up->run != looks.run || looks.checks.size() != spec.health.size())) {
    begin_run(looks, up->run, spec.health.size());
  }
  looks.wanted = watch_for(instance.machine, spec);
  const bool as_it_is = looks.wanted == looks.watched && looks.run == looks.watched_run;
  if (as_it_is || looks.queued) return;
  looks.queued = true;
  to_watch_.push_back(instance.id);
}

void Supervision::watch_as_decided() {
  for (const InstanceId id : std::exchange(to_watch_, {})) {
    if (Instance* instance = table_.find(id)) look_at(*instance);
  }
}

void Supervision::look_at(Instance& instance) {
  Looks& looks = *instance.looks;
  looks.queued = false;
  const bool other_run = looks.watched_run != looks.run;
  if (looks.watched != Watch::Nothing && (other_run || looks.wanted == Watch::Nothing)) {
    checks_port_.unwatch(looks.watched_run);
  }
  looks.watched = looks.wanted;
  looks.watched_run = looks.run;
  const policy::Running* up = instance.machine.up();
  if (up == nullptr) return;
  const WatchRequest request{start_request(instance, up->run), up->pid, up->started,
                             looks.memories};
  switch (looks.wanted) {
    case Watch::Nothing:
      return;
    case Watch::Ready:
      return checks_port_.await_ready(request);
    case Watch::HealthUntilReady:
      return checks_port_.watch_health(request, true);
    case Watch::Health:
      return checks_port_.watch_health(request, !each_passed(looks.checks));
  }
}

// It is about to be removed.
void Supervision::stop_looking(Instance& instance) {
  if (instance.looks->queued) look_at(instance);
  check_store_.erase(instance.id.value);
}

void Supervision::restore_checks(std::span<const std::pair<std::uint32_t, std::string>> records) {
  for (const auto& [slot, bytes] : records) {
    if (slot >= kFirstMonitorSlot) continue;
    former_looks_.slots.push_back(slot);
    if (auto looks = decode_looks(bytes)) {
      former_looks_.by_run.insert_or_assign(looks->run, std::move(*looks));
    }
  }
}

void Supervision::write_looks_anew() {
  for (const InstanceId id : in_file_order()) {
    const Instance& instance = table_.at(id);
    if (instance.looks) keep_looks(instance);
  }
  for (const std::uint32_t slot : std::exchange(former_looks_, {}).slots) {
    const Instance* instance = table_.find(InstanceId{slot});
    if (instance == nullptr || !instance->looks) check_store_.erase(slot);
  }
}

void Supervision::keep_looks(const Instance& instance) {
  check_store_.put(instance.id.value, encode(*instance.looks));
}

void Supervision::apply(Instance& instance, const ProbeResult& news) {
  if (!instance.looks || instance.machine.up() == nullptr) return;
  if (news.probe == kReadyProbe) {
    take_ready_look(instance, news.result);
  } else if (news.probe < instance.looks->checks.size()) {
    take_health_look(instance, news.probe, news.result);
  }
  keep_looks(instance);
}

void Supervision::apply(Instance& instance, const ProbeMemory& news) {
  if (!instance.looks || news.probe >= instance.looks->memories.size()) return;
  instance.looks->memories[news.probe] = news.bytes;
  keep_looks(instance);
}

void Supervision::take_ready_look(Instance& instance, const CheckResult& result) {
  if (instance.machine.kind() != StateKind::GettingReady) return;
  if (result.verdict == CheckVerdict::Passed) return become_ready(instance);
  instance.looks->not_ready_because = result.message;
  touch(instance);
}

void Supervision::take_health_look(Instance& instance, std::uint32_t check,
                                   const CheckResult& result) {
  const model::ServiceSpec& spec = *table_.service_of(instance).spec;
  Looks& looks = *instance.looks;
  CheckState& state = looks.checks[check];
  const Health before = state.health;
  const bool was_unhealthy = before == Health::Unhealthy;
  const CheckChange change =
      policy::take(state, spec.health[check], result, instance.machine.up()->started);
  const Health all = policy::summary(looks.checks);
  if (all != instance.machine.up()->health) {
    step(instance,
         [&](InstanceMachine& machine, const Context&) { return machine.health_changed(all); });
  } else {
    touch(instance);
  }
  if (!spec.ready && each_passed(looks.checks)) become_ready(instance);
  if (change == CheckChange::BecameHealthy && was_unhealthy) {
    announce_check(EventKind::ServiceHealthy, instance, check);
  }
  if (change == CheckChange::BecameUnhealthy) become_unhealthy(instance, check);
}

void Supervision::become_ready(Instance& instance) {
  if (instance.machine.kind() != StateKind::GettingReady) return;
  instance.looks->not_ready_because.clear();
  step(instance, [](InstanceMachine& machine, const Context&) { return machine.became_ready(); });
}

// For the LastExit of a run whose time to get ready is over.
void Supervision::note_lateness(Instance& instance) {
  const auto* state = instance.machine.as<policy::GettingReady>();
  if (state == nullptr || !state->ready_by || !instance.looks) return;
  Looks& looks = *instance.looks;
  looks.end_note = "not ready within " + policy::spell(now_.mono - state->up.started);
  if (!looks.not_ready_because.empty()) looks.end_note += ": " + looks.not_ready_because;
  keep_looks(instance);
}

void Supervision::become_unhealthy(Instance& instance, std::uint32_t check) {
  const model::CheckSpec& spec = table_.service_of(instance).spec->health[check];
  const bool frozen = std::holds_alternative<model::FrozenProbe>(spec.probe);
  announce_check(frozen ? EventKind::ServiceFrozen : EventKind::ServiceUnhealthy, instance, check);
  if (spec.action != model::CheckAction::Restart) return;
  restart_for(instance, StopCause::Unhealthy,
              policy::spell_check(situation(instance, now_, {}), check));
}

// Ends the run; its LastExit will say why.
void Supervision::restart_for(Instance& instance, StopCause cause, std::string note) {
  if (instance.machine.up() == nullptr || instance.machine.goal() == policy::Goal::Down) return;
  if (instance.looks) {
    instance.looks->end_note = std::move(note);
    keep_looks(instance);
  }
  step(instance, [&](InstanceMachine& machine, const Context& context) {
    return machine.restart(context, cause);
  });
}

void Supervision::announce_check(EventKind kind, const Instance& instance, std::uint32_t check) {
  const model::CheckSpec& spec = table_.service_of(instance).spec->health[check];
  add_event(kind, &instance,
            {{"check", std::string{policy::kind_of(spec.probe)}},
             {"reason", policy::spell_check(situation(instance, now_, {}), check)}});
}

}  // namespace mainstay::runtime
