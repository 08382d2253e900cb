// metrics.read: everything that /metrics shows, as it is now.
#include <fmt/format.h>

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/monitors.h"
#include "control/lag.h"
#include "control/log_lines.h"
#include "control/method.h"
#include "control/metrics_counts.h"
#include "control/metrics_writer.h"
#include "control/service_object.h"
#include "mainstay/version.h"

namespace mainstay::control {

namespace {

constexpr std::array kStates = {PublicState::Stopped, PublicState::Waiting,  PublicState::Starting,
                                PublicState::Running, PublicState::Stopping, PublicState::Backoff,
                                PublicState::Exited,  PublicState::Failed};

// One instance, looked at once for all families.
struct Row {
  runtime::InstanceStatus status;
  std::string index;
  const process::TreeUsage* usage;
  const logs::LogCondition* logs;
  std::vector<logs::Source> sources;

  MetricsWriter::Labels labels() const {
    return {{"service", status.service}, {"instance", index}};
  }
};

using Value = std::function<std::optional<double>(const Row&)>;

void write(MetricsWriter& out, const std::vector<Row>& rows, const Value& value) {
  for (const Row& row : rows)
    if (const auto number = value(row)) out.sample(row.labels(), *number);
}

void gauge(MetricsWriter& out, const std::vector<Row>& rows, std::string_view name,
           std::string_view help, const Value& value) {
  out.family(name, "gauge", help);
  write(out, rows, value);
}

std::optional<double> of_usage(const Row& row, double (*number)(const process::TreeUsage&)) {
  return row.usage == nullptr ? std::nullopt : std::optional{number(*row.usage)};
}

double unix_seconds(WallTime at) {
  return to_seconds(at.since_epoch);
}

// As a shell has it: 128 and the number of the signal.
std::optional<double> exit_code(const Row& row) {
  using Kind = runtime::ExitStatus::Kind;
  if (!row.status.last_exit) return std::nullopt;
  const auto& status = row.status.last_exit->status;
  if (status.kind == Kind::Unknown) return std::nullopt;
  return status.kind == Kind::Signal ? 128 + status.number : status.number;
}

void write_states(MetricsWriter& out, const std::vector<Row>& rows) {
  out.family("mainstay_service_state", "gauge", "1 for the state that the instance is in, else 0.");
  for (const Row& row : rows)
    for (const PublicState state : kStates) {
      auto labels = row.labels();
      labels.emplace_back("state", to_string(state));
      out.flag(labels, row.status.state == state);
    }
}

void write_restarts(MetricsWriter& out, const std::vector<Row>& rows, const MetricsCounts& counts) {
  out.family("mainstay_service_restarts_total", "counter",
             "Restarts of the instance by cause, since the controller started.");
  for (const Row& row : rows) {
    const auto found = counts.restarts().find(row.status.name);
    if (found == counts.restarts().end()) continue;
    for (const auto& [cause, count] : found->second) {
      auto labels = row.labels();
      labels.emplace_back("cause", cause);
      out.sample(labels, static_cast<double>(count));
    }
  }
}

void write_services(MetricsWriter& out, const std::vector<Row>& rows) {
  gauge(out, rows, "mainstay_service_up", "Whether the instance runs.",
        [](const Row& row) { return row.status.state == PublicState::Running ? 1.0 : 0.0; });
  gauge(out, rows, "mainstay_service_ready", "Whether the instance is ready.",
        [](const Row& row) { return row.status.ready ? 1.0 : 0.0; });
  gauge(out, rows, "mainstay_service_healthy",
        "Whether all checks of the instance pass; without checks it is absent.",
        [](const Row& row) -> std::optional<double> {
          if (row.status.health == Health::None) return std::nullopt;
          return row.status.health == Health::Healthy ? 1.0 : 0.0;
        });
  write_states(out, rows);
  gauge(out, rows, "mainstay_service_start_time_seconds",
        "When the run began, in seconds since 1970.", [](const Row& row) -> std::optional<double> {
          if (!row.status.started_at) return std::nullopt;
          return unix_seconds(*row.status.started_at);
        });
  gauge(out, rows, "mainstay_service_last_exit_code",
        "How the last run ended: its code, or 128 and the number of the signal.", exit_code);
}

void write_usage(MetricsWriter& out, const std::vector<Row>& rows) {
  using Usage = process::TreeUsage;
  out.family("mainstay_service_cpu_seconds_total", "counter",
             "Processor time of the whole process tree, since the controller started.");
  write(out, rows, [](const Row& row) {
    return of_usage(row, [](const Usage& usage) { return to_seconds(usage.cpu_time); });
  });
  gauge(out, rows, "mainstay_service_memory_bytes", "Memory of the whole process tree.",
        [](const Row& row) {
          return of_usage(row, [](const Usage& u) { return static_cast<double>(u.memory_bytes); });
        });
  gauge(out, rows, "mainstay_service_processes", "Processes of the tree.", [](const Row& row) {
    return of_usage(row, [](const Usage& u) { return static_cast<double>(u.processes); });
  });
  gauge(out, rows, "mainstay_service_open_files", "Open files of the tree.", [](const Row& row) {
    return of_usage(row, [](const Usage& u) { return static_cast<double>(u.open_files); });
  });
  out.family("mainstay_service_log_dropped_bytes_total", "counter",
             "Output that was thrown away because the disk was full.");
  write(out, rows, [](const Row& row) { return static_cast<double>(row.logs->dropped_bytes); });
}

// Of one log of an instance, what was captured of it; nothing: it is not known.
using LogNumber = std::optional<std::uint64_t> (*)(const logs::Captured&);

void write_logs(MetricsWriter& out, const std::vector<Row>& rows, const Context& context,
                LogNumber number) {
  for (const Row& row : rows)
    for (const logs::Source& source : row.sources) {
      const logs::Captured* captured = context.parts.capture.captured(source.file);
      const auto value = captured == nullptr ? std::nullopt : number(*captured);
      if (!value) continue;
      auto labels = row.labels();
      labels.emplace_back("stream", logs::to_string(source.stream));
      out.sample(labels, static_cast<double>(*value));
    }
}

void write_captured(MetricsWriter& out, const std::vector<Row>& rows, const Context& context) {
  out.family("mainstay_service_log_bytes_total", "counter",
             "Output that went into the log, as it was printed, since the controller started.");
  write_logs(out, rows, context, [](const logs::Captured& c) { return std::optional{c.bytes}; });
  out.family("mainstay_service_log_errors_total", "counter",
             "Lines that say they are errors, of the formats text and json, since the controller "
             "started.");
  write_logs(out, rows, context, [](const logs::Captured& c) { return c.errors; });
}

struct CheckName {
  std::string_view service;
  std::string_view instance;
  std::string_view check;
};

// "backend:0/http-2".
CheckName parts_of(std::string_view name) {
  const auto slash = name.find('/');
  const std::string_view whose = name.substr(0, slash);
  const auto colon = whose.rfind(':');
  const bool numbered = colon != std::string_view::npos;
  return {whose.substr(0, colon), numbered ? whose.substr(colon + 1) : "0",
          slash == std::string_view::npos ? "" : name.substr(slash + 1)};
}

MetricsWriter::Labels check_labels(const std::string& name) {
  const CheckName parts = parts_of(name);
  return {{"service", parts.service}, {"instance", parts.instance}, {"check", parts.check}};
}

void write_checks(MetricsWriter& out, const MetricsCounts& counts) {
  out.family("mainstay_check_duration_seconds", "histogram",
             "How long checks took that were answered, since the controller started.");
  for (const auto& [name, looks] : counts.looks())
    out.histogram(check_labels(name), looks);
  out.family("mainstay_check_failures_total", "counter",
             "Checks that failed, since the controller started.");
  for (const auto& [name, looks] : counts.looks())
    out.sample(check_labels(name), static_cast<double>(looks.failures));
}

void write_monitors(MetricsWriter& out, const Context& context) {
  if (context.parts.monitors == nullptr) return;
  const auto monitors = context.parts.monitors->list(context.now());
  out.family("mainstay_monitor_up", "gauge", "Whether the monitor is up; absent while unknown.");
  for (const auto& monitor : monitors)
    if (monitor.down || monitor.state.health == Health::Healthy)
      out.flag({{"monitor", monitor.name}}, !monitor.down);
  out.family("mainstay_monitor_response_seconds", "gauge",
             "How long the last look that was answered took.");
  for (const auto& monitor : monitors)
    if (monitor.state.last_at)
      out.sample({{"monitor", monitor.name}}, to_seconds(monitor.state.latency));
}

void write_host(MetricsWriter& out, const process::HostUsage* host) {
  if (host == nullptr) return;
  out.family("mainstay_host_cpu_percent", "gauge", "Of all processors together, 0 to 100.");
  if (host->cpu_percent) out.sample({}, *host->cpu_percent);
  out.family("mainstay_host_memory_used_bytes", "gauge", "Memory that programs cannot have.");
  if (host->memory_total_bytes > 0) out.sample({}, static_cast<double>(host->memory_used_bytes));
  out.family("mainstay_host_disk_used_ratio", "gauge", "Used part of a disk, 0 to 1.");
  for (const auto& disk : host->disks)
    if (disk.total_bytes > 0)
      out.sample({{"mount", disk.mount}},
                 static_cast<double>(disk.used_bytes) / static_cast<double>(disk.total_bytes));
}

void write_supervisor(MetricsWriter& out, const Context& context, Duration lag) {
  out.family("mainstay_supervisor_loop_lag_seconds", "gauge",
             "How late the supervisor's loop was to the question that this answers.");
  out.sample({}, to_seconds(lag));
  out.family("mainstay_supervisor_memory_bytes", "gauge",
             "Resident memory of keeper and controller.");
  if (const auto memory = context.parts.usage.supervisor_memory_bytes(); memory != 0)
    out.sample({}, static_cast<double>(memory));
  out.family("mainstay_build_info", "gauge", "1; the version is in the label.");
  out.sample({{"version", kVersion}}, 1);
}

std::string metrics_text(const Context& context, Duration lag) {
  const Now now = context.now();
  const LogConditions conditions{context.parts};
  std::vector<Row> rows;
  for (const InstanceId id : context.controller().instances()) {
    auto status = context.controller().status(id, now);
    const auto& logs = conditions.of(status);
    std::string index = fmt::to_string(status.index);
    auto sources = log_sources(context.controller(), std::span{&id, 1}, {}, now);
    rows.push_back({std::move(status), std::move(index), context.parts.usage.usage_of(id), &logs,
                    std::move(sources)});
  }
  MetricsWriter out;
  write_services(out, rows);
  if (context.parts.counts != nullptr) write_restarts(out, rows, *context.parts.counts);
  write_usage(out, rows);
  write_captured(out, rows, context);
  if (context.parts.counts != nullptr) write_checks(out, *context.parts.counts);
  write_monitors(out, context);
  write_host(out, context.parts.usage.host());
  write_supervisor(out, context, lag);
  return out.take();
}

}  // namespace

void metrics_read(Context& context, const Call& call, Params&) {
  context.lag.measure([&context, call](Duration lag) {
    if (call.open()) call.answer(metrics_text(context, lag));
  });
}

}  // namespace mainstay::control
