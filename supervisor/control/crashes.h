// Crash records for a client: asked of the history, and how they are written.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "control/context.h"
#include "control/json_writer.h"
#include "history/crash_record.h"

namespace mainstay::control {

// The records of a service, or only those of one instance of it; the newest first. `done` runs on
// the loop.
void find_crashes(const Parts& parts, const std::string& service,
                  std::optional<std::uint32_t> instance,
                  std::function<void(Result<std::vector<history::CrashRecord>>)> done);

// {"kept":n,"last":record without its output}, or null.
void write_crash_summary(JsonWriter& out, const std::vector<history::CrashRecord>& crashes);

// What a person should know of the last crash, which is that of the run `run`.
std::vector<std::string> notes_on_crash(const std::vector<history::CrashRecord>& crashes,
                                        RunId run);

}  // namespace mainstay::control
