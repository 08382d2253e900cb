// Reading logs for a client: which files, in a worker, and how lines are written.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "control/context.h"
#include "control/json_writer.h"
#include "logs/line.h"
#include "logs/reader.h"

namespace mainstay::control {

// The logs of these instances, in their order.
std::vector<logs::Source> log_sources(const runtime::Controller& controller,
                                      std::span<const InstanceId> instances,
                                      std::optional<logs::Stream> only, const Now& now);

// Reads the ends of logs in a worker; `done` runs on the loop. An unreadable directory has no
// lines.
void read_tail(const Parts& parts, std::vector<logs::Source> sources, logs::TailLimits limits,
               std::function<void(logs::Tail)> done);

// {"at","service","instance","stream","text"}; "raw" (base64) where the text is no valid UTF-8,
// "partial" or "continued" where a line is in pieces, "level" where levels were asked for.
void write_line(JsonWriter& out, const logs::Line& line);

}  // namespace mainstay::control
