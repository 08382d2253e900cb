// Which instances may start, what the others wait for, and who follows whose restart.
#include <fmt/format.h>

#include <algorithm>

#include "runtime/supervision.h"

namespace mainstay::runtime {

using policy::Context;
using policy::Goal;
using policy::InstanceMachine;
using policy::StateKind;
using policy::StopCause;

namespace {

bool is_met(const InstanceTable& table, const Need& need) {
  return policy::satisfies(table.services()[need.service].progress, need.condition);
}

// "which has failed", "which is in backoff"
std::string spell_state(PublicState state) {
  switch (state) {
    case PublicState::Failed:
      return "which has failed";
    case PublicState::Exited:
      return "which has exited";
    case PublicState::Backoff:
      return "which is in backoff";
    case PublicState::Waiting:
      return "which waits itself";
    case PublicState::Stopped:
    case PublicState::Starting:
    case PublicState::Running:
    case PublicState::Stopping:
      return fmt::format("which is {}", to_string(state));
  }
  return {};
}

// "whose health is unknown": up, and still not what is needed.
std::string spell_state(const InstanceMachine& machine) {
  const auto* running = machine.as<policy::Running>();
  if (running != nullptr && running->health == Health::Unhealthy) return "which is unhealthy";
  if (running != nullptr && running->health == Health::Unknown) return "whose health is unknown";
  return spell_state(policy::public_state(machine));
}

// Whether the need would be met if all instances were like this one, and it is to stay so.
bool does_its_part(const InstanceMachine& machine, model::DependencyCondition condition) {
  policy::Progress alone;
  policy::count(alone, machine, +1);
  const bool leaves = machine.as<policy::Running>() != nullptr && machine.goal() == Goal::Down;
  return policy::satisfies(alone, condition) && !leaves;
}

}  // namespace

bool Supervision::dependencies_met(const Service& service) const {
  return std::ranges::all_of(service.needs, [&](const Need& need) { return is_met(table_, need); });
}

void Supervision::check_waiting_users(const Service& service) {
  for (const std::uint32_t user : service.needed_by) {
    for (const InstanceId id : table_.services()[user].instances) {
      if (table_.at(id).machine.kind() == StateKind::Waiting) checks_.push_back(id);
    }
  }
}

// Whether anything that the service waits for, directly or not, is stuck.
bool Supervision::is_blocked(std::uint32_t service) const {
  std::unordered_set<std::uint32_t> seen{service};
  std::vector<std::uint32_t> open{service};
  while (!open.empty()) {
    const Service& waiting = table_.services()[open.back()];
    open.pop_back();
    for (const Need& need : waiting.needs) {
      if (is_met(table_, need) || !seen.insert(need.service).second) continue;
      for (const InstanceId id : table_.services()[need.service].instances) {
        const InstanceMachine& machine = table_.at(id).machine;
        if (does_its_part(machine, need.condition)) continue;
        if (policy::is_stuck(machine)) return true;
        if (machine.kind() == StateKind::Waiting) open.push_back(need.service);
      }
    }
  }
  return false;
}

// "database, which has failed, and cache, which is starting"
std::string Supervision::waits_for(const Service& service) const {
  std::string out;
  for (const Need& need : service.needs) {
    if (is_met(table_, need)) continue;
    const Service& needed = table_.services()[need.service];
    const auto worst = std::ranges::max_element(needed.instances, {}, [&](InstanceId id) {
      const InstanceMachine& machine = table_.at(id).machine;
      if (does_its_part(machine, need.condition)) return 0;
      return policy::is_stuck(machine) ? 2 : 1;
    });
    if (!out.empty()) out += ", and ";
    const InstanceMachine& machine = table_.at(*worst).machine;
    const bool completes = need.condition == model::DependencyCondition::Completed;
    out +=
        fmt::format("{}{}, {}", completes ? "the end of " : "", needed.spec->name,
                    completes ? spell_state(policy::public_state(machine)) : spell_state(machine));
  }
  return out;
}

// Of those who need it, whatever ended just before for want of it.
void Supervision::excuse_users(std::uint32_t service) {
  for (const std::uint32_t user : table_.services()[service].needed_by) {
    if (dependencies_met(table_.services()[user])) continue;
    for (const InstanceId id : table_.services()[user].instances) {
      const StateKind kind = table_.at(id).machine.kind();
      if (kind != StateKind::Backoff && kind != StateKind::Clearing) continue;
      step(table_.at(id), [](InstanceMachine& machine, const Context& context) {
        return machine.dependency_ended(context);
      });
    }
  }
}

// `service` is up as a whole. Those who follow its restarts and have been up since before its
// newest run, unless that was the first of its instance, are restarted.
void Supervision::restart_followers(std::uint32_t service) {
  const Service& leader = table_.services()[service];
  if (reloads_.has_part(leader)) return;  // once, when that has ended
  MonoTime newest{};
  for (const InstanceId id : leader.instances) {
    const auto* running = table_.at(id).machine.up();
    const bool again = table_.at(id).machine.ledger().runs > 1;
    if (running != nullptr && again) newest = std::max(newest, running->started);
  }
  for (const std::uint32_t follower : leader.followers) {
    for (const InstanceId id : table_.services()[follower].instances) {
      const auto* running = table_.at(id).machine.up();
      if (running == nullptr || running->started >= newest) continue;
      step(table_.at(id), [](InstanceMachine& machine, const Context& context) {
        return machine.restart(context, StopCause::RestartWith);
      });
    }
  }
}

}  // namespace mainstay::runtime
