#include "config/plan.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "config/description.h"
#include "model/process_change.h"

namespace mainstay::config {

namespace {

constexpr const char* kHidden = "***";

using Differences = std::vector<Difference>;

// In the order of `before`, then what is new.
Differences compare(const std::vector<Setting>& before, const std::vector<Setting>& after) {
  std::map<std::string_view, const Setting*> now;
  for (const Setting& setting : after)
    now.emplace(setting.key, &setting);
  Differences out;
  for (const Setting& was : before) {
    const auto is = now.extract(was.key);
    if (is.empty()) {
      out.push_back({was.key, was.value, std::nullopt});
    } else if (is.mapped()->value != was.value) {
      out.push_back({was.key, was.value, is.mapped()->value});
    }
  }
  for (const Setting& setting : after) {
    if (now.contains(setting.key)) out.push_back({setting.key, std::nullopt, setting.value});
  }
  return out;
}

// What differs although its description does not: something in it is secret.
void add_hidden(Differences& out, std::string key, bool same) {
  if (same) return;
  const auto tells = [&](const Difference& difference) { return difference.key.starts_with(key); };
  if (std::ranges::none_of(out, tells)) out.push_back({std::move(key), kHidden, kHidden});
}

void add_hidden_env(Differences& out, const model::Environment& before,
                    const model::Environment& after) {
  for (const auto& [name, value] : before) {
    const auto now = after.find(name);
    if (now != after.end() && now->second != value)
      out.push_back({"env." + name, kHidden, kHidden});
  }
}

Differences differences(const model::ServiceSpec& before, const model::ServiceSpec& after) {
  Differences out = compare(describe(before), describe(after));
  add_hidden_env(out, before.env, after.env);
  add_hidden(out, "command", before.command == after.command);
  add_hidden(out, "cwd", before.cwd == after.cwd);
  add_hidden(out, "ready", before.ready == after.ready);
  add_hidden(out, "health", before.health == after.health);
  add_hidden(out, "stop", before.stop == after.stop);
  add_hidden(out, "hooks", before.hooks == after.hooks);
  return out;
}

model::Ecosystem without_services(const model::Ecosystem& whole) {
  model::Ecosystem rest;
  rest.name = whole.name;
  rest.jobs = whole.jobs;
  rest.monitors = whole.monitors;
  rest.alerts = whole.alerts;
  rest.logs = whole.logs;
  rest.history = whole.history;
  rest.web = whole.web;
  return rest;
}

Differences differences_of_rest(const model::Ecosystem& before, const model::Ecosystem& after) {
  Differences out = compare(describe(without_services(before)), describe(without_services(after)));
  add_hidden(out, "monitors", before.monitors == after.monitors);
  add_hidden(out, "alerts", before.alerts == after.alerts);
  add_hidden(out, "jobs", before.jobs == after.jobs);
  return out;
}

ServiceChange change_of(const model::ServiceSpec& before, const model::ServiceSpec& after) {
  return {after.name, model::runs_differently(before, after), before.instances != after.instances,
          model::is_checked_differently(before, after), differences(before, after)};
}

}  // namespace

Plan plan_change(const model::Ecosystem& in_force, const model::Ecosystem& wanted) {
  std::map<std::string_view, const model::ServiceSpec*> former;
  for (const model::ServiceSpec& service : in_force.services)
    former.emplace(service.name, &service);
  Plan plan;
  for (const model::ServiceSpec& service : wanted.services) {
    const auto before = former.extract(service.name);
    if (before.empty()) {
      plan.added.push_back(service.name);
    } else if (*before.mapped() == service) {
      ++plan.unchanged;
    } else {
      plan.changed.push_back(change_of(*before.mapped(), service));
    }
  }
  for (const model::ServiceSpec& service : in_force.services) {
    if (former.contains(service.name)) plan.removed.push_back(service.name);
  }
  plan.settings = differences_of_rest(in_force, wanted);
  return plan;
}

}  // namespace mainstay::config
