// What people are shown.
#include <algorithm>
#include <utility>

#include "policy/explain.h"
#include "runtime/supervision.h"

namespace mainstay::runtime {

using policy::CheckState;
using policy::StateKind;

namespace {

constexpr std::size_t kEventsBefore = 8;

struct LiveRun {
  int pid = 0;
  MonoTime started;
};

std::optional<LiveRun> live_run(const policy::InstanceMachine& machine) {
  if (const auto* running = machine.up()) return LiveRun{running->pid, running->started};
  const auto* stopping = machine.as<policy::Stopping>();
  if (stopping == nullptr || stopping->pid == 0) return std::nullopt;
  return LiveRun{stopping->pid, stopping->started};
}

// Without a live run nothing is known.
Health health_of(const policy::InstanceMachine& machine, const model::ServiceSpec& spec) {
  if (machine.up() != nullptr) return machine.up()->health;
  return spec.health.empty() ? Health::None : Health::Unknown;
}

std::optional<WallTime> wall_of(const Now& now, const std::optional<MonoTime>& at) {
  if (!at) return std::nullopt;
  return now.wall_of(*at);
}

}  // namespace

std::vector<InstanceId> Supervision::in_file_order() const {
  std::vector<InstanceId> ids;
  ids.reserve(table_.size());
  for (const Service& service : table_.services()) {
    ids.insert(ids.end(), service.instances.begin(), service.instances.end());
  }
  return ids;
}

StartRequest Supervision::start_request(const Instance& instance, RunId run) const {
  return {run,
          instance.id,
          table_.canonical_name(instance),
          table_.shown_name(instance),
          instance.index,
          table_.service_of(instance).spec};
}

std::string Supervision::reason(const Instance& instance) const {
  return policy::reason_for(situation(instance, now_, {}));
}

// The name is set by those who need it: it would not outlive this call.
policy::Situation Supervision::situation(const Instance& instance, const Now& now,
                                         std::string_view waits) const {
  // What is known of an earlier run is not about this one.
  const bool known = instance.looks && instance.looks->run == instance.machine.run();
  const Looks* looks = known ? instance.looks.get() : nullptr;
  return {.spec = *table_.service_of(instance).spec,
          .machine = instance.machine,
          .now = now,
          .name = {},
          .last_exit = instance.last_exit ? &*instance.last_exit : nullptr,
          .waits_for = waits,
          .actor = instance.actor,
          .enabled = instance.enabled,
          .ahead = instance.ticket == 0 ? 0 : brake_.ahead_of(instance.ticket),
          .starts_per_second = brake_.starts_per_second(),
          .checks = looks == nullptr ? std::span<const policy::CheckState>{} : looks->checks,
          .not_ready_because = looks == nullptr ? std::string_view{} : looks->not_ready_because,
          .said = looks == nullptr ? std::string_view{} : looks->said};
}

InstanceStatus Supervision::status(const Instance& instance, const Now& now) const {
  const Service& service = table_.service_of(instance);
  const policy::InstanceMachine& machine = instance.machine;
  InstanceStatus status;
  status.id = instance.id;
  status.name = table_.shown_name(instance);
  status.service = service.spec->name;
  status.index = instance.index;
  status.state = policy::public_state(machine);
  status.enabled = instance.enabled.value_or(service.spec->autostart);
  status.held_down = instance.held_down;
  status.ready = machine.kind() == StateKind::Running;
  status.health = health_of(machine, *service.spec);
  add_checks(status, instance, now);
  status.run = machine.run() ? machine.run() : instance.last_run;
  if (const auto live = live_run(machine)) {
    status.pid = live->pid;
    status.started_at = now.wall_of(live->started);
    status.uptime = now.mono - live->started;
  }
  status.restarts = machine.ledger().restarts;
  status.unstable_runs = machine.ledger().unstable_runs;
  status.max_restarts = service.spec->restart.max_restarts;
  status.last_exit = instance.last_exit;
  if (const auto next = policy::next_start(machine)) {
    status.next_start_at = now.wall_of(*next);
    status.next_start_in = std::max(Duration{0}, *next - now.mono);
  }
  if (const auto kill = policy::kill_at(machine)) {
    status.kill_in = std::max(Duration{0}, *kill - now.mono);
  }
  const std::string waits =
      machine.kind() == StateKind::Waiting ? waits_for(service) : std::string{};
  status.reason = policy::reason_for(situation(instance, now, waits));
  if (watches_) show_watched(instance, status);
  return status;
}

void Supervision::add_checks(InstanceStatus& status, const Instance& instance,
                             const Now& now) const {
  if (!instance.looks || instance.machine.up() == nullptr) return;
  const Looks& looks = *instance.looks;
  const auto& specs = table_.service_of(instance).spec->health;
  const auto& env = table_.service_of(instance).spec->env;
  status.said = looks.said;
  for (std::size_t i = 0; i < looks.checks.size(); ++i) {
    const CheckState& state = looks.checks[i];
    status.checks.push_back({.kind = std::string{policy::kind_of(specs[i].probe)},
                             .target = policy::target_of(specs[i].probe, env),
                             .action = specs[i].action,
                             .failures_allowed = specs[i].failures,
                             .state = state,
                             .last_good_at = wall_of(now, state.last_good),
                             .last_at = wall_of(now, state.last_at)});
  }
}

Explanation Supervision::explain(const Instance& instance, const Now& now) const {
  Explanation explanation;
  explanation.status = status(instance, now);
  const std::string waits = instance.machine.kind() == StateKind::Waiting
                                ? waits_for(table_.service_of(instance))
                                : std::string{};
  policy::Situation here = situation(instance, now, waits);
  here.name = explanation.status.name;
  policy::Reasoning reasoning = policy::explain(here);
  explanation.headline = std::move(reasoning.headline);
  explanation.next = std::move(reasoning.next);
  explanation.gives_up = std::move(reasoning.gives_up);
  explanation.rules = std::move(reasoning.rules);
  explanation.try_commands = std::move(reasoning.try_commands);
  for (std::size_t i = 0; i < here.checks.size(); ++i)
    explanation.checks.push_back(policy::spell_check(here, i));
  explanation.before = events_.latest_about(instance.id, kEventsBefore);
  if (watches_) explain_watched(explanation);
  return explanation;
}

std::vector<InstanceId> Supervision::take_changed() {
  std::vector<InstanceId> changed;
  for (const InstanceId id : std::exchange(changed_, {})) {
    Instance* instance = table_.find(id);
    if (instance == nullptr || !instance->changed) continue;
    instance->changed = false;
    changed.push_back(id);
  }
  return changed;
}

}  // namespace mainstay::runtime
