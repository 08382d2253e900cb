// The settings that decide in each state, as written in the ecosystem file, and what a person may
// try.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/units.h"
#include "policy/explain.h"

namespace mainstay::policy {

namespace {

using Rules = std::vector<std::string>;

std::string_view spell_policy(model::RestartWhen when) {
  switch (when) {
    case model::RestartWhen::Always:
      return "always";
    case model::RestartWhen::OnFailure:
      return "on-failure";
    case model::RestartWhen::Never:
      return "never";
  }
  return {};
}

std::string_view spell_condition(model::DependencyCondition condition) {
  switch (condition) {
    case model::DependencyCondition::Started:
      return "started";
    case model::DependencyCondition::Healthy:
      return "healthy";
    case model::DependencyCondition::Completed:
      return "completed";
  }
  return {};
}

void add_policy(Rules& rules, const model::RestartPolicy& restart) {
  rules.push_back(fmt::format("restart.policy: {}", spell_policy(restart.policy)));
}

void add_codes(Rules& rules, const model::RestartPolicy& restart) {
  rules.push_back(
      fmt::format("restart.success_codes: [{}]", fmt::join(restart.success_codes, ", ")));
  rules.push_back(fmt::format("restart.stop_codes: [{}]", fmt::join(restart.stop_codes, ", ")));
}

void add_limits(Rules& rules, const model::RestartPolicy& restart) {
  rules.push_back("restart.min_uptime: " + format_exact(restart.min_uptime));
  rules.push_back("restart.max_restarts: " +
                  (restart.max_restarts ? std::to_string(*restart.max_restarts) : "unlimited"));
  if (restart.window) rules.push_back("restart.window: " + format_exact(*restart.window));
  if (restart.retry_after) {
    rules.push_back("restart.retry_after: " + format_exact(*restart.retry_after));
  }
}

void add_backoff(Rules& rules, const model::Backoff& backoff) {
  rules.push_back(
      fmt::format("restart.backoff: {{initial: {}, factor: {:g}, max: {}, jitter: {:g}%}}",
                  format_exact(backoff.initial), backoff.factor, format_exact(backoff.max),
                  backoff.jitter * 100));
}

void add_planned(Rules& rules, const model::RestartPolicy& restart) {
  if (restart.at) rules.push_back(fmt::format("restart.at: \"{}\"", *restart.at));
  if (restart.max_age) rules.push_back("restart.max_age: " + format_exact(*restart.max_age));
}

void add_dependencies(Rules& rules, const model::ServiceSpec& spec) {
  for (const model::Dependency& dependency : spec.depends_on) {
    rules.push_back(fmt::format("depends_on.{}: {}", dependency.service,
                                spell_condition(dependency.condition)));
  }
}

void add_ready(Rules& rules, const model::ServiceSpec& spec) {
  if (!spec.ready) return;
  rules.push_back(fmt::format("ready.{}: {}", kind_of(spec.ready->probe),
                              target_of(spec.ready->probe, spec.env)));
  rules.push_back("ready.timeout: " + format_exact(spec.ready->timeout));
}

void add_checks(Rules& rules, const model::ServiceSpec& spec) {
  for (const model::CheckSpec& check : spec.health) {
    const auto action = check.action == model::CheckAction::Restart ? "restart" : "alert";
    rules.push_back(fmt::format("health.{}: {} ({} failures in a row, every {}, action: {})",
                                kind_of(check.probe), target_of(check.probe, spec.env),
                                check.failures, format_exact(check.interval), action));
  }
}

void add_stop(Rules& rules, const model::StopPolicy& stop) {
  rules.push_back(stop.command.empty() ? "stop.signal: " + signal_name(stop.signal)
                                       : std::string{"stop.command is run instead of a signal"});
  rules.push_back("stop.timeout: " + format_exact(stop.timeout));
}

}  // namespace

std::vector<std::string> rules_for(const Situation& s) {
  Rules rules;
  const auto& restart = s.spec.restart;
  switch (s.machine.kind()) {
    case StateKind::Stopped:
      rules.push_back(fmt::format("autostart: {}", s.spec.autostart));
      break;
    case StateKind::Waiting:
      add_dependencies(rules, s.spec);
      break;
    case StateKind::GettingReady:
      add_ready(rules, s.spec);
      [[fallthrough]];
    case StateKind::Starting:
    case StateKind::Running:
      add_checks(rules, s.spec);
      add_policy(rules, restart);
      add_limits(rules, restart);
      add_planned(rules, restart);
      break;
    case StateKind::Queued:
    case StateKind::Backoff:
    case StateKind::Clearing:
      add_policy(rules, restart);
      add_backoff(rules, restart.backoff);
      add_limits(rules, restart);
      break;
    case StateKind::Stopping:
      add_stop(rules, s.spec.stop);
      break;
    case StateKind::Exited:
      add_policy(rules, restart);
      add_codes(rules, restart);
      break;
    case StateKind::Failed:
      add_policy(rules, restart);
      add_limits(rules, restart);
      break;
  }
  if (s.spec.essential) rules.push_back("essential: true");
  return rules;
}

std::vector<std::string> commands_for(const Situation& s) {
  const auto logs = fmt::format("ctl logs {} -n 50", s.name);
  const auto show = fmt::format("ctl show {}", s.name);
  const auto start = fmt::format("ctl start {}", s.name);
  const auto stop = fmt::format("ctl stop {}", s.name);
  switch (s.machine.kind()) {
    case StateKind::Stopped:
      return {start};
    case StateKind::Waiting:
      return {"ctl status", stop};
    case StateKind::Starting:
    case StateKind::Running:
    case StateKind::GettingReady:
      return {logs, show};
    case StateKind::Stopping:
      return {logs, fmt::format("ctl signal KILL {}", s.name)};
    case StateKind::Queued:
    case StateKind::Backoff:
    case StateKind::Clearing:
      return {logs, show, stop};
    case StateKind::Exited:
    case StateKind::Failed:
      return {logs, show, start};
  }
  return {};
}

}  // namespace mainstay::policy
