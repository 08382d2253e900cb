// What `ctl status` prints: the table and the line below it (LOOK "Terminal").
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "ctl/service_view.h"
#include "ctl/terminal.h"
#include "mainstay/exit_codes.h"

namespace mainstay::ctl {

// Table and footer; `now` is for "2h ago". Without services, what to do about it.
std::string status_text(std::span<const ServiceView> services, WallTime now,
                        const Terminal& terminal);

// Its two parts; nothing without services.
std::string status_table(std::span<const ServiceView> services, WallTime now,
                         const Terminal& terminal);
std::string status_footer(std::span<const ServiceView> services, const Terminal& terminal);

// Done when all are running and not unhealthy, else NotRunning. One that has done its work (ended
// with code 0) is fine unless it was asked for by name.
CtlExit status_exit(std::span<const ServiceView> services, bool by_name);

// "2 running, 1 waiting to restart, 1 failed."
std::string counts_text(std::span<const ServiceView> services);

// "worker: dies 0.2 s after start with SIGSEGV — ctl why worker" for each service that needs a
// person, the latest trouble first.
std::vector<std::string> attention(std::span<const ServiceView> services, const Terminal& terminal);

}  // namespace mainstay::ctl
