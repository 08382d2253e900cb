// The line in a log that stands for what is missing there.
#pragma once

#include <string>

#include "logs/line_formatter.h"
#include "logs/log_file.h"
#include "logs/losses.h"

namespace mainstay::logs {

// "12,345 bytes (234 lines) lost here: disk full from 10:03:12 to 10:05:40", in local time.
std::string gap_sentence(const Loss& loss);

// Writes it at the end of the log, as a line of its own, if a gap of `file` is open; an errno.
// `shape`: of the formats text and json; null: raw, with "[mainstay] " before it. Killed in the
// middle and called again by another controller, it is written once.
int write_gap_mark(Losses& losses, const std::string& file, LogFile& log, const LineShape* shape,
                   WallTime now);

}  // namespace mainstay::logs
