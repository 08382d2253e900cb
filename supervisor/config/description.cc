#include "config/description.h"

#include <fmt/format.h>

#include "base/text.h"
#include "config/description_parts.h"
#include "config/settings.h"
#include "model/redaction.h"

namespace mainstay::config {

namespace {

void add_depends_on(Settings& out, const std::vector<model::Dependency>& dependencies) {
  constexpr std::string_view kConditions[] = {"started", "healthy", "completed"};
  for (const model::Dependency& dependency : dependencies) {
    out.add("depends_on." + dependency.service,
            kConditions[static_cast<std::size_t>(dependency.condition)]);
  }
}

void add_watch(Settings& out, const model::WatchSpec& watch) {
  std::vector<std::string> paths;
  for (const auto& path : watch.paths)
    paths.push_back(path.string());
  out.add("watch.paths", paths);
  out.add("watch.ignore", watch.ignore);
  out.add("watch.delay", watch.delay);
}

void append(std::vector<Setting>& out, const std::string& prefix, std::vector<Setting> settings) {
  for (Setting& setting : settings)
    out.push_back({prefix + setting.key, std::move(setting.value)});
}

}  // namespace

std::vector<Setting> describe(const model::ServiceSpec& service) {
  const model::Redaction redaction{service.env};
  Settings out{redaction};
  add_program(out, service);
  out.add("umask", fmt::format("\"{:03o}\"", service.umask));
  out.add_number("nice", service.nice);
  out.add("autostart", service.autostart);
  out.add_number("instances", service.instances);
  out.add("increment_env", service.increment_env);
  out.add("tags", service.tags);
  out.add("essential", service.essential);
  add_restart(out, service.restart);
  add_depends_on(out, service.depends_on);
  out.add("restart_with", service.restart_with);
  if (service.ready) add_ready(out, *service.ready);
  for (std::size_t i = 0; i < service.health.size(); ++i) {
    add_check(out, fmt::format("health[{}]", i), service.health[i]);
  }
  add_execution(out, service.limits, service.stop, service.logs);
  if (service.reload_signal) out.add("reload.signal", signal_name(*service.reload_signal));
  for (const model::ListenSpec& socket : service.listen)
    out.add("listen." + socket.name, socket.address);
  out.add("hooks.before_start", service.hooks.before_start);
  out.add("hooks.after_stop", service.hooks.after_stop);
  if (service.watch) add_watch(out, *service.watch);
  return out.take();
}

std::vector<Setting> describe(const model::JobSpec& job) {
  constexpr std::string_view kOverlaps[] = {"skip", "queue", "kill"};
  const model::Redaction redaction{job.env};
  Settings out{redaction};
  add_program(out, job);
  out.add("schedule", job.schedule);
  out.add("every", job.every);
  if (!job.timezone.empty()) out.add("timezone", job.timezone);
  out.add("timeout", job.timeout);
  out.add("overlap", kOverlaps[static_cast<std::size_t>(job.overlap)]);
  out.add("catch_up", job.catch_up);
  out.add("jitter", job.jitter);
  out.add_number("retries.count", job.retries);
  out.add("retries.delay", job.retry_delay);
  out.add_number("keep_runs", job.keep_runs);
  add_execution(out, job.limits, job.stop, job.logs);
  return out.take();
}

std::vector<Setting> describe(const model::Ecosystem& ecosystem) {
  const model::Redaction redaction{{}};
  Settings globals{redaction};
  globals.add("name", ecosystem.name);
  for (const model::MonitorSpec& monitor : ecosystem.monitors) {
    add_check(globals, "monitors." + monitor.name, monitor.check);
  }
  add_alerts(globals, ecosystem.alerts);
  add_globals(globals, ecosystem);
  std::vector<Setting> out = globals.take();
  for (const model::ServiceSpec& service : ecosystem.services) {
    append(out, "services." + service.name + ".", describe(service));
  }
  for (const model::JobSpec& job : ecosystem.jobs)
    append(out, "jobs." + job.name + ".", describe(job));
  return out;
}

}  // namespace mainstay::config
