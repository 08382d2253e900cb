// What was found about one service: its part of `ctl analyze`.
#pragma once

#include <string>

#include "base/json.h"
#include "base/time.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

// `service` is an element of "services" of analysis.get. Lines may be of any width.
std::string analysis_details(const Json& service, WallTime now, const Terminal& terminal);

// The signatures in `object`, each with its count, when it came and an example.
std::string signatures_text(const Json& object, std::size_t most, WallTime now);

Tone tone_of_status(const std::string& status);

}  // namespace mainstay::ctl
