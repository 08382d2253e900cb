#include "config/description_parts.h"

#include <fmt/format.h>

#include "base/text.h"

namespace mainstay::config {

template <typename Spec>
void add_program(Settings& out, const Spec& spec) {
  if (!spec.description.empty()) out.add("description", spec.description);
  if (spec.command.shell && spec.command.argv.size() == 3) {
    out.add("command", spec.command.argv[2]);
  } else {
    out.add("command", spec.command.argv);
  }
  out.add("shell", spec.command.shell);
  out.add("cwd", spec.cwd);
  out.add_hidden("env", spec.env);
  if (spec.inherit_env.all) out.add("inherit_env", true);
  out.add("inherit_env", spec.inherit_env.names);
  if (!spec.user.empty()) out.add("user", spec.user);
  if (!spec.group.empty()) out.add("group", spec.group);
}

template void add_program(Settings&, const model::ServiceSpec&);
template void add_program(Settings&, const model::JobSpec&);

void add_restart(Settings& out, const model::RestartPolicy& restart) {
  constexpr std::string_view kPolicies[] = {"always", "on-failure", "never"};
  out.add("restart.policy", kPolicies[static_cast<std::size_t>(restart.policy)]);
  out.add("restart.success_codes", restart.success_codes);
  out.add("restart.stop_codes", restart.stop_codes);
  out.add("restart.backoff.initial", restart.backoff.initial);
  out.add("restart.backoff.factor", fmt::format("{}", restart.backoff.factor));
  out.add("restart.backoff.max", restart.backoff.max);
  out.add("restart.backoff.jitter", fmt::format("{:g}%", restart.backoff.jitter * 100));
  out.add("restart.min_uptime", restart.min_uptime);
  out.add("restart.max_restarts",
          restart.max_restarts ? std::to_string(*restart.max_restarts) : std::string{"unlimited"});
  out.add("restart.window", restart.window);
  out.add("restart.retry_after", restart.retry_after);
  out.add("restart.at", restart.at);
  out.add("restart.max_age", restart.max_age);
}

namespace {

void add_limits(Settings& out, const model::Limits& limits) {
  out.add("limits.memory", limits.memory);
  if (limits.memory) {
    out.add("limits.memory_action",
            limits.memory_action == model::MemoryAction::Restart ? "restart" : "alert");
  }
  if (limits.cpu_percent) out.add_percent("limits.cpu", *limits.cpu_percent);
  if (limits.processes) out.add("limits.processes", std::to_string(*limits.processes));
  if (limits.open_files) out.add("limits.open_files", std::to_string(*limits.open_files));
  out.add("limits.core", limits.core);
}

void add_logs(Settings& out, const model::LogSpec& logs) {
  constexpr std::string_view kFormats[] = {"raw", "text", "json"};
  out.add("logs.stdout", logs.stdout_on);
  out.add("logs.stderr", logs.stderr_on);
  out.add("logs.merge", logs.merge);
  out.add("logs.format", kFormats[static_cast<std::size_t>(logs.format)]);
  out.add("logs.rotate.size", logs.rotate.size);
  out.add("logs.rotate.daily", logs.rotate.daily);
  out.add_number("logs.rotate.keep", logs.rotate.keep);
  out.add("logs.rotate.max_age", logs.rotate.max_age);
  out.add("logs.rotate.compress", logs.rotate.compress);
  out.add("logs.on_full", logs.on_full == model::OnFull::Drop ? "drop" : "block");
}

}  // namespace

void add_execution(Settings& out, const model::Limits& limits, const model::StopPolicy& stop,
                   const model::LogSpec& logs) {
  add_limits(out, limits);
  out.add("stop.signal", signal_name(stop.signal));
  out.add("stop.timeout", stop.timeout);
  out.add("stop.command", stop.command);
  add_logs(out, logs);
}

namespace {

// One overload per probe: what a check looks at.
struct ProbePrinter {
  Settings& out;
  const std::string& key;

  void operator()(const model::HttpProbe& probe) const {
    out.add(key + ".http.url", probe.url);
    out.add(key + ".http.method", probe.method);
    out.add_hidden(key + ".http.headers", probe.headers);
    std::vector<std::string> ranges;
    for (const model::StatusRange& range : probe.status)
      ranges.push_back(fmt::format("{}-{}", range.first, range.last));
    out.add(key + ".http.status", ranges);
    if (!probe.body.empty()) out.add(key + ".http.body", probe.body);
    out.add(key + ".http.insecure", probe.insecure);
  }
  void operator()(const model::TcpProbe& probe) const { out.add(key + ".tcp", probe.address); }
  void operator()(const model::CommandProbe& probe) const { out.add(key + ".command", probe.argv); }
  void operator()(const model::FrozenProbe& probe) const {
    out.add_percent(key + ".frozen.cpu_below", probe.cpu_below_percent);
    out.add(key + ".frozen.for", probe.for_time);
  }
  void operator()(const model::HeartbeatProbe& probe) const {
    out.add(key + ".heartbeat", probe.within);
  }
  void operator()(const model::FileProbe& probe) const {
    out.add(key + ".file", probe.path.string());
  }
  void operator()(const model::NotifyProbe& probe) const {
    if (probe.fd == 0) return out.add(key + ".notify", true);
    out.add_number(key + ".notify", probe.fd);
  }
  void operator()(const model::LogProbe& probe) const { out.add(key + ".log", probe.pattern); }
  void operator()(const model::DelayProbe& probe) const { out.add(key + ".delay", probe.delay); }
};

struct ChannelPrinter {
  Settings& out;
  const std::string& key;

  void operator()(const model::SlackChannel& channel) const {
    out.add_source(key + ".slack", channel.url);
  }
  void operator()(const model::MailChannel& channel) const {
    out.add_source(key + ".smtp", channel.smtp);
    out.add(key + ".to", channel.to);
    out.add(key + ".from", channel.from);
  }
  void operator()(const model::AlertmanagerChannel& channel) const {
    out.add_source(key + ".alertmanager", channel.url);
  }
  void operator()(const model::WebhookChannel& channel) const {
    out.add_source(key + ".webhook", channel.url);
    out.add_hidden(key + ".headers", channel.headers);
  }
  void operator()(const model::CommandChannel& channel) const {
    out.add(key + ".command", channel.argv);
  }
};

}  // namespace

void add_ready(Settings& out, const model::ReadySpec& ready) {
  const std::string key = "ready";
  std::visit(ProbePrinter{out, key}, ready.probe);
  out.add("ready.interval", ready.interval);
  out.add("ready.timeout", ready.timeout);
}

void add_check(Settings& out, const std::string& key, const model::CheckSpec& check) {
  std::visit(ProbePrinter{out, key}, check.probe);
  out.add(key + ".interval", check.interval);
  out.add(key + ".timeout", check.timeout);
  out.add_number(key + ".failures", check.failures);
  out.add_number(key + ".successes", check.successes);
  out.add(key + ".start_period", check.start_period);
  out.add(key + ".action", check.action == model::CheckAction::Restart ? "restart" : "alert");
}

void add_alerts(Settings& out, const model::AlertsSpec& alerts) {
  constexpr std::string_view kSeverities[] = {"info", "warning", "critical"};
  for (const auto& [name, channel] : alerts.channels) {
    const std::string key = "alerts.channels." + name;
    std::visit(ChannelPrinter{out, key}, channel);
  }
  for (const model::AlertRule& rule : alerts.rules) {
    const std::string key = "alerts.rules." + rule.name;
    if (!rule.when.empty()) out.add(key + ".when", rule.when);
    out.add(key + ".for", rule.for_time);
    out.add(key + ".severity", kSeverities[static_cast<std::size_t>(rule.severity)]);
    out.add(key + ".notify", rule.notify);
  }
  out.add("alerts.builtin", alerts.builtin);
}

void add_globals(Settings& out, const model::Ecosystem& ecosystem) {
  if (ecosystem.logs.dir) out.add("logs.dir", ecosystem.logs.dir->string());
  out.add("logs.total_size", ecosystem.logs.total_size);
  out.add("history.interval", ecosystem.history.interval);
  out.add("history.keep", ecosystem.history.keep);
  if (!ecosystem.web) return;
  out.add("web.listen", ecosystem.web->listen);
  if (ecosystem.web->tls) {
    out.add("web.tls.certificate", ecosystem.web->tls->certificate.string());
    out.add("web.tls.key", ecosystem.web->tls->key.string());
  }
  out.add("web.allow_remote_without_tls", ecosystem.web->allow_remote_without_tls);
}

}  // namespace mainstay::config
