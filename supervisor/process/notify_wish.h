// What a declared service wants of notifications. Pure.
#pragma once

#include <map>
#include <string>

#include "model/service_spec.h"

namespace mainstay::process {

// Does it get NOTIFY_SOCKET: with `ready: {notify: true}` or a heartbeat.
bool wants_notify_socket(const model::ServiceSpec& spec);
// The number of its notification descriptor (s6), 0: it has none.
int notify_fd_of(const model::ServiceSpec& spec);
// NOTIFY_SOCKET and, with a heartbeat, WATCHDOG_USEC (sd_watchdog_enabled(3)). Without
// WATCHDOG_PID, which nobody knows before the fork and which may be absent. Empty without a socket.
std::map<std::string, std::string> notify_environment(const model::ServiceSpec& spec,
                                                      const std::string& socket);
// One of the variables by which a service manager is told: ours must not reach services.
bool is_notify_variable(const std::string& name);

}  // namespace mainstay::process
