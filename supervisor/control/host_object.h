// The machine, as every interface shows it.
#pragma once

#include "control/json_writer.h"
#include "process/host_usage.h"

namespace mainstay::control {

// The value of "host" in supervisor.info; `host` may be null.
void write_host(JsonWriter& out, const process::HostUsage* host);
// The same in items of services.follow, with short names.
void write_host_in_brief(JsonWriter& out, const process::HostUsage* host);

}  // namespace mainstay::control
