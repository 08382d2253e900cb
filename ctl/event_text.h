// Events (INTERFACES "Events") in words.
#pragma once

#include <string>

#include "base/json.h"
#include "base/time.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

// What happened, without when and to whom: "started, pid 4711", "died by signal SEGV after 0.2 s".
// A kind that this ctl does not know is its own name with its data.
std::string event_phrase(const Json& event);

// "14:01:58", or with the date when it is not from the last day.
std::string local_time_text(WallTime at, WallTime now);
// "14:01:58", with the date when it is not from the last day.
std::string event_time(const Json& event, WallTime now);

// One line, without newline: "2026-11-22 14:01:58  worker      died by signal SEGV".
std::string event_line(const Json& event, const Terminal& terminal);

}  // namespace mainstay::ctl
