// What a supervisor would answer, for tests of how ctl shows it.
#pragma once

#include <string_view>

#include "base/json.h"
#include "base/time.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

// The services of LOOK's example, as services.list gives them.
Json canned_list();
// services.get and services.why of the same moment.
Json canned_get();
Json canned_why();
// services.crashes of the same moment: two of five.
Json canned_crashes();
// history.availability of the week before: two that failed, one never wanted.
Json canned_availability();

// The moment of all of it: 2026-11-22 14:02:06.8 UTC. Also makes UTC the zone of this process.
WallTime canned_now();

Json json_from(std::string_view text);

// A UTF-8 terminal without colour, so that expectations can be read; `width` 0: a pipe.
Terminal plain_terminal(std::size_t width);
Terminal colour_terminal(std::size_t width);

}  // namespace mainstay::ctl
