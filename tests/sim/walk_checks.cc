// What must hold after every step of a walk.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/walk.h"

namespace mainstay::sim {

namespace {

// Longer than any chain of stops and starts in these worlds takes.
constexpr Duration kPatience = 10min;

}  // namespace

void Walk::violated(const std::string& what) {
  world_.violations.push_back(what);
}

void Walk::check() {
  if (over_ || world_.controller_is_dead()) return;
  for (const InstanceId id : world_.controller().take_changed())
    check_instance(id);
  check_requests();
  if (world_.controller().shutting_down()) shut_down();  // an essential service has failed
}

void Walk::check_instance(InstanceId id) {
  const auto status = world_.controller().status(id, world_.now());
  const model::RestartPolicy& policy = policies_[status.service];
  if (policy.max_restarts && status.unstable_runs > *policy.max_restarts + 1) {
    violated(fmt::format("{}: {} unstable runs", status.name, status.unstable_runs));
  }
  if (status.state == PublicState::Backoff && status.next_start_in) {
    // The resource backoff may be the longer one; 10 % and 30 % are the most jitter here.
    const Duration most = std::max(policy.backoff.max * 13 / 10, Duration{33s});
    if (*status.next_start_in > most) violated(status.name + ": the backoff is too long");
  }
  if (status.reason.empty()) violated(status.name + ": no reason");
  const bool live = status.state == PublicState::Running;
  const bool may_live =
      status.state == PublicState::Stopping || status.state == PublicState::Starting;
  if (live != (status.pid != 0) && !may_live) {
    violated(status.name + ": state and pid disagree");
  }
}

void Walk::check_requests() {
  std::erase_if(asked_, [&](const Asked& asked) {
    return world_.controller().take_finished(asked.id).has_value();
  });
  for (const Asked& asked : asked_) {
    if (world_.now().mono - asked.at < kPatience) continue;
    std::string states;
    for (const InstanceId id : world_.controller().instances()) {
      const auto status = world_.controller().status(id, world_.now());
      if (status.state == PublicState::Running || status.state == PublicState::Stopped) continue;
      states += fmt::format("; {}: {}, {}", status.name, to_string(status.state), status.reason);
    }
    return violated("a wish does not settle" + states);
  }
}

void Walk::check_backoff(const runtime::Event& event) {
  if (event.kind == EventKind::ServiceStarted) ++starts_;
  if (event.kind != EventKind::ServiceBackoff || event.data.at("cause") == "resource error") return;
  const model::Backoff& backoff = policies_[event.service].backoff;
  const double attempt = std::stod(event.data.at("attempt"));
  const double initial = to_seconds(backoff.initial) * 1000;
  const double nominal =
      std::min(to_seconds(backoff.max) * 1000, initial * std::pow(backoff.factor, attempt - 1));
  const double delay = std::stod(event.data.at("delay_ms"));
  const bool within =
      delay >= nominal * (1 - backoff.jitter) - 1 && delay <= nominal * (1 + backoff.jitter) + 1;
  if (!within) violated(fmt::format("a backoff of {} ms where {} ms were due", delay, nominal));
}

std::vector<runtime::InstanceStatus> Walk::snapshot() {
  std::vector<runtime::InstanceStatus> all;
  for (const InstanceId id : world_.controller().instances()) {
    all.push_back(world_.controller().status(id, world_.now()));
  }
  return all;
}

// A takeover is not seen from outside, but that a start may be known to have succeeded.
void Walk::check_same(const std::vector<runtime::InstanceStatus>& before) {
  const auto after = snapshot();
  if (after.size() != before.size()) return violated("a takeover changed the number of instances");
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto& was = before[i];
    const auto& is = after[i];
    if ((was.pid == 0 && was.state == PublicState::Starting) ||
        (was.pid == 0 && was.state == PublicState::Stopping))
      continue;
    const bool same = was.name == is.name && was.state == is.state && was.pid == is.pid &&
                      was.run == is.run && was.restarts == is.restarts &&
                      was.unstable_runs == is.unstable_runs &&
                      was.next_start_at == is.next_start_at && was.kill_in == is.kill_in &&
                      was.started_at == is.started_at && was.health == is.health &&
                      was.ready == is.ready && was.checks.size() == is.checks.size() &&
                      (was.state == PublicState::Waiting || was.reason == is.reason) &&
                      was.last_exit.has_value() == is.last_exit.has_value();
    if (!same)
      violated(fmt::format("a takeover changed {}: {} ({}) to {} ({})", was.name,
                           to_string(was.state), was.reason, to_string(is.state), is.reason));
  }
}

}  // namespace mainstay::sim
