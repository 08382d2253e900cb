#include "control/service_object.h"

#include <fmt/format.h>

#include "base/text.h"
#include "logs/names.h"

namespace mainstay::control {

namespace {

void write_usage(JsonWriter& out, const process::TreeUsage* usage) {
  if (usage == nullptr) {
    out.key("cpu_percent").null().key("memory_bytes").null().key("processes").null();
    out.key("threads").null().key("open_files").null();
    out.key("read_bytes_per_second").null().key("written_bytes_per_second").null();
    out.key("ports").open_list().close_list();
    return;
  }
  out.key("cpu_percent").number(usage->cpu_percent, 1);
  out.key("memory_bytes").whole(static_cast<std::int64_t>(usage->memory_bytes));
  out.key("processes").whole(usage->processes).key("threads").whole(usage->threads);
  out.key("open_files").whole(usage->open_files);
  out.key("read_bytes_per_second").number(usage->read_bytes_per_second, 0);
  out.key("written_bytes_per_second").number(usage->written_bytes_per_second, 0);
  out.key("ports").open_list();
  for (const auto port : usage->ports)
    out.whole(port);
  out.close_list();
}

void write_last_exit(JsonWriter& out, const runtime::LastExit& exit) {
  using Kind = runtime::ExitStatus::Kind;
  out.open_object().key("at").time(exit.at);
  out.key("code");
  exit.status.kind == Kind::Code ? out.whole(exit.status.number) : out.null();
  out.key("signal");
  exit.status.kind == Kind::Signal ? out.text(signal_name(exit.status.number)) : out.null();
  out.key("reason").text(exit.cause).key("run_seconds").seconds(exit.run_time);
  if (exit.status.core_dumped) out.key("core_dumped").flag(true);
  if (!exit.start_failure.empty()) out.key("start_failure").text(exit.start_failure);
  if (!exit.note.empty()) out.key("note").text(exit.note);
  out.close_object();
}

void write_check(JsonWriter& out, const runtime::CheckStatus& check) {
  const bool restarts = check.action == model::CheckAction::Restart;
  out.open_object().key("kind").text(check.kind).key("target").text(check.target);
  out.key("action").text(restarts ? "restart" : "alert");
  out.key("state").text(to_string(check.state.health));
  out.key("failures").whole(check.state.failures);
  out.key("failures_allowed").whole(check.failures_allowed).key("latency_ms");
  check.state.last_at ? out.number(to_seconds(check.state.latency) * 1000, 1) : out.null();
  out.key("last_error").text_or_null(check.state.last_error);
  out.key("last_good_at").time(check.last_good_at).key("last_at").time(check.last_at);
  out.close_object();
}

// "no space left on device" of "cannot write log /var/log/…: No space left on device".
std::string reason_of(const Error& error) {
  const std::size_t colon = error.message.rfind(": ");
  return colon == std::string::npos ? error.message : error.message.substr(colon + 2);
}

void write_log_condition(JsonWriter& out, const logs::LogCondition& logs) {
  out.key("log_dropped_bytes").whole(static_cast<std::int64_t>(logs.dropped_bytes));
  out.key("log_dropped_lines").whole(static_cast<std::int64_t>(logs.dropped_lines));
  out.key("log_trouble");
  if (!logs.trouble) {
    out.null();
    return;
  }
  out.open_object().key("file").text(logs.trouble->file);
  out.key("reason").text(reason_of(logs.trouble->error)).key("since").time(logs.trouble->since);
  out.key("dropping").flag(logs.trouble->dropping).close_object();
}

}  // namespace

LogConditions::LogConditions(const Parts& parts)
    : controller_(parts.controller), by_base_(parts.capture.conditions()) {}

const logs::LogCondition& LogConditions::of(const runtime::InstanceStatus& status) const {
  if (by_base_.empty()) return nothing_;
  const auto& spec = controller_.spec(status.id);
  const auto found =
      by_base_.find(logs::log_base_name(status.service, spec.instances, status.index));
  return found == by_base_.end() ? nothing_ : found->second;
}

std::vector<std::string> log_notes(const logs::LogCondition& condition) {
  std::vector<std::string> notes;
  if (condition.trouble) {
    notes.push_back(fmt::format(
        "log {} cannot be written since {}: {}; its output {}", condition.trouble->file,
        format_local_clock(condition.trouble->since), reason_of(condition.trouble->error),
        condition.trouble->dropping ? "is counted and thrown away until there is room" : "waits"));
  }
  if (condition.dropped_bytes > 0) {
    notes.push_back(fmt::format("{} ({}) of its output are lost because the disk was full",
                                count_of(condition.dropped_bytes, "byte"),
                                count_of(condition.dropped_lines, "line")));
  }
  return notes;
}

void write_service_members(JsonWriter& out, const runtime::InstanceStatus& status,
                           const process::TreeUsage* usage, const logs::LogCondition& logs) {
  out.key("name").text(status.name).key("service").text(status.service);
  out.key("instance").whole(status.index).key("state").text(to_string(status.state));
  out.key("health").text(to_string(status.health)).key("ready").flag(status.ready);
  out.key("enabled").flag(status.enabled).key("held_down").flag(status.held_down);
  out.key("pid");
  status.pid != 0 ? out.whole(status.pid) : out.null();
  out.key("started_at").time(status.started_at).key("uptime_seconds").seconds(status.uptime);
  out.key("restarts").whole(static_cast<std::int64_t>(status.restarts));
  out.key("unstable_runs").whole(status.unstable_runs).key("max_restarts");
  status.max_restarts ? out.whole(*status.max_restarts) : out.null();
  write_usage(out, usage);
  out.key("last_exit");
  status.last_exit ? write_last_exit(out, *status.last_exit) : static_cast<void>(out.null());
  out.key("next_start_at").time(status.next_start_at);
  out.key("next_start_in_seconds").seconds(status.next_start_in);
  out.key("kill_in_seconds").seconds(status.kill_in);
  out.key("checks").open_list();
  for (const runtime::CheckStatus& check : status.checks)
    write_check(out, check);
  out.close_list().key("status_text").text_or_null(status.said);
  out.key("reason").text(status.reason);
  write_log_condition(out, logs);
}

void write_service(JsonWriter& out, const runtime::InstanceStatus& status,
                   const process::TreeUsage* usage, const logs::LogCondition& logs) {
  out.open_object();
  write_service_members(out, status, usage, logs);
  out.close_object();
}

std::string numbers_text(const process::TreeUsage* usage, const logs::LogCondition& logs) {
  JsonWriter out;
  out.open_object();
  write_usage(out, usage);
  write_log_condition(out, logs);
  return out.take();
}

void write_event_members(JsonWriter& out, const runtime::Event& event) {
  out.key("id").whole(static_cast<std::int64_t>(event.id));
  out.key("at").time(event.at).key("kind").text(to_string(event.kind));
  out.key("service").text_or_null(event.service).key("instance").text_or_null(event.instance);
  out.key("data").open_object();
  for (const auto& [name, value] : event.data)
    out.foreign_key(name).text(value);  // a file that somebody else wrote to may have any
  out.close_object();
}

void write_event(JsonWriter& out, const runtime::Event& event) {
  write_event_members(out.open_object(), event);
  out.close_object();
}

void write_texts(JsonWriter& out, std::string_view name, const std::vector<std::string>& texts) {
  out.key(name).open_list();
  for (const auto& text : texts)
    out.text(text);
  out.close_list();
}

std::string results_text(const std::vector<runtime::Outcome>& outcomes) {
  JsonWriter out;
  out.open_object().key("results").open_list();
  for (const auto& outcome : outcomes) {
    out.open_object().key("name").text(outcome.name).key("ok").flag(outcome.ok);
    out.key("state").text(to_string(outcome.state)).key("message").text(outcome.message);
    out.close_object();
  }
  out.close_list().close_object();
  return out.take();
}

}  // namespace mainstay::control
