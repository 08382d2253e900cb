#include "ctl/service_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ctl/json_fields.h"

namespace mainstay::ctl {

namespace {

std::string signal_text(const Json& exit) {
  if (const auto number = whole_of(exit, "signal")) {
    return signal_name(static_cast<int>(*number));
  }
  const std::string name = text_of(exit, "signal");
  return name.starts_with("SIG") ? name.substr(3) : name;
}

std::optional<LastExitView> last_exit_of(const Json& service) {
  const Json* exit = member(service, "last_exit");
  if (exit == nullptr || !exit->is_object()) return std::nullopt;
  LastExitView view;
  view.at = time_of(*exit, "at");
  view.code = whole_of(*exit, "code");
  view.signal = signal_text(*exit);
  view.reason = text_of(*exit, "reason");
  view.run_time = seconds_of(*exit, "run_seconds");
  view.start_failure = text_of(*exit, "start_failure");
  view.note = text_of(*exit, "note");
  return view;
}

std::optional<LogTroubleView> log_trouble_of(const Json& service) {
  const Json* trouble = member(service, "log_trouble");
  if (trouble == nullptr || !trouble->is_object()) return std::nullopt;
  return LogTroubleView{text_of(*trouble, "file"), text_of(*trouble, "reason"),
                        time_of(*trouble, "since"), flag_of(*trouble, "dropping", false)};
}

std::vector<std::string> ports_of(const Json& service) {
  std::vector<std::string> ports;
  for (const Json& port : list_of(service, "ports")) {
    if (port.is_number_integer()) ports.push_back(fmt::to_string(port.get<std::int64_t>()));
  }
  return ports;
}

}  // namespace

ServiceView view_of(const Json& service) {
  ServiceView view;
  view.name = text_of(service, "name");
  view.service = text_of(service, "service");
  view.state = text_of(service, "state");
  view.known = public_state_from(view.state);
  view.health = text_of(service, "health");
  view.ready = flag_of(service, "ready", true);
  view.enabled = flag_of(service, "enabled", true);
  view.held_down = flag_of(service, "held_down");
  if (const auto pid = whole_of(service, "pid"); pid && *pid > 0) view.pid = pid;
  view.uptime = seconds_of(service, "uptime_seconds");
  view.restarts = whole_of(service, "restarts").value_or(0);
  view.unstable_runs = whole_of(service, "unstable_runs").value_or(0);
  view.max_restarts = whole_of(service, "max_restarts");
  view.cpu_percent = number_of(service, "cpu_percent");
  if (const auto bytes = whole_of(service, "memory_bytes"); bytes && *bytes >= 0) {
    view.memory = Bytes{static_cast<std::uint64_t>(*bytes)};
  }
  view.ports = ports_of(service);
  view.last_exit = last_exit_of(service);
  view.next_start_in = seconds_of(service, "next_start_in_seconds");
  view.kill_in = seconds_of(service, "kill_in_seconds");
  view.reason = text_of(service, "reason");
  view.log_trouble = log_trouble_of(service);
  view.log_dropped_bytes = whole_of(service, "log_dropped_bytes").value_or(0);
  view.log_dropped_lines = whole_of(service, "log_dropped_lines").value_or(0);
  return view;
}

std::vector<ServiceView> views_of(const std::vector<Json>& services) {
  std::vector<ServiceView> views;
  for (const Json& service : services)
    views.push_back(view_of(service));
  return views;
}

bool ServiceView::is_up() const {
  return is(PublicState::Running) && ready && health != to_string(Health::Unhealthy);
}

bool ServiceView::is_done() const {
  return is(PublicState::Exited) && last_exit && last_exit->succeeded();
}

Tone tone_of(const ServiceView& service) {
  if (!service.known) return Tone::Plain;
  switch (*service.known) {
    case PublicState::Running:
      return Tone::Good;
    case PublicState::Waiting:
    case PublicState::Starting:
    case PublicState::Stopping:
    case PublicState::Backoff:
      return Tone::Warn;
    case PublicState::Failed:
      return Tone::Bad;
    case PublicState::Exited:
      return service.is_done() ? Tone::Plain : Tone::Bad;
    case PublicState::Stopped:
      return Tone::Plain;
  }
  return Tone::Plain;
}

std::string log_trouble_text(const LogTroubleView& trouble) {
  const std::string since = trouble.since ? " since " + format_local_clock(*trouble.since) : "";
  return fmt::format("log {} cannot be written{}: {}; its output {}", trouble.file, since,
                     trouble.reason, trouble.dropping ? "is thrown away" : "waits");
}

std::string state_and_why(const std::string& state, const std::string& reason) {
  if (reason.empty()) return state;
  return reason.starts_with(state) ? reason : fmt::format("{}: {}", state, reason);
}

std::string short_exit(const LastExitView& exit) {
  if (!exit.start_failure.empty()) return "start failed";
  if (!exit.signal.empty()) return fmt::format("signal {}", exit.signal);
  if (exit.code) return fmt::format("code {}", *exit.code);
  return exit.reason;
}

std::string run_text(Duration run) {
  // Tenths of a second say whether it died at once; milliseconds say no more.
  return run < std::chrono::minutes{1} ? fmt::format("{:.1f} s", to_seconds(run))
                                       : format_duration(run);
}

std::string next_step(const ServiceView& service) {
  if (service.is(PublicState::Stopping)) {
    return service.kill_in ? fmt::format("KILL in {}", format_duration(*service.kill_in)) : "";
  }
  if (!service.next_start_in) return "";
  const std::string when = format_duration(std::max(Duration{0}, *service.next_start_in));
  if (service.is(PublicState::Running)) return fmt::format("restart in {}", when);
  if (!service.is(PublicState::Backoff) || !service.max_restarts) {
    return fmt::format("start in {}", when);
  }
  return fmt::format("start in {} ({} of {})", when, service.unstable_runs + 1,
                     *service.max_restarts);
}

}  // namespace mainstay::ctl
