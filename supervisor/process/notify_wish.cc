#include "process/notify_wish.h"

#include <algorithm>
#include <optional>

namespace mainstay::process {

namespace {

const model::NotifyProbe* notify_of(const model::ServiceSpec& spec) {
  return spec.ready ? std::get_if<model::NotifyProbe>(&spec.ready->probe) : nullptr;
}

// The shortest, should there be several.
std::optional<Duration> heartbeat_of(const model::ServiceSpec& spec) {
  std::optional<Duration> shortest;
  for (const model::CheckSpec& check : spec.health) {
    const auto* heartbeat = std::get_if<model::HeartbeatProbe>(&check.probe);
    if (heartbeat != nullptr)
      shortest = std::min(shortest.value_or(heartbeat->within), heartbeat->within);
  }
  return shortest;
}

}  // namespace

bool wants_notify_socket(const model::ServiceSpec& spec) {
  const auto* notify = notify_of(spec);
  return (notify != nullptr && notify->fd == 0) || heartbeat_of(spec).has_value();
}

int notify_fd_of(const model::ServiceSpec& spec) {
  const auto* notify = notify_of(spec);
  return notify == nullptr ? 0 : notify->fd;
}

std::map<std::string, std::string> notify_environment(const model::ServiceSpec& spec,
                                                      const std::string& socket) {
  if (socket.empty()) return {};
  std::map<std::string, std::string> out{{"NOTIFY_SOCKET", socket}};
  if (const auto heartbeat = heartbeat_of(spec)) {
    const auto time = std::chrono::ceil<std::chrono::microseconds>(*heartbeat);
    out["WATCHDOG_USEC"] = std::to_string(time.count());
  }
  return out;
}

bool is_notify_variable(const std::string& name) {
  return name == "NOTIFY_SOCKET" || name == "WATCHDOG_USEC" || name == "WATCHDOG_PID";
}

}  // namespace mainstay::process
