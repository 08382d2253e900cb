// Whether what was declared has come up: what `ctl up` waits for and reports.
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "ctl/service_view.h"
#include "ctl/terminal.h"
#include "mainstay/exit_codes.h"

namespace mainstay::ctl {

// What is to be expected of the supervisor.
struct Expectation {
  bool fresh = false;               // it was started by us, just now
  std::set<std::string> only = {};  // services that are of interest; none: all
  bool quiet = false;               // nothing is said of it as JSON: something else was
};

enum class Arrival {
  Up,       // running and ready, or it has done its work and ended
  Idle,     // stopped, and nothing says that it should run
  Pending,  // may still come up
  Down,     // will not come up by itself
};

Arrival arrival_of(const ServiceView& service, const Expectation& expected);

// "  ✔ database    running, healthy after 0.4 s"; names are padded to `name_width` columns.
std::string arrival_line(const ServiceView& service, const Expectation& expected,
                         std::size_t name_width, const Terminal& terminal);

// "All 4 are up in 1.6 s. Page: http://127.0.0.1:9615   Stop: ctl down", without a `page` without
// that, or what is not up and where to look.
std::string arrival_summary(std::span<const ServiceView> services, const Expectation& expected,
                            Duration took, std::string_view page, const Terminal& terminal);

// Down: 1 (3 for one that was only stopped). Else pending: 7. Else 0.
CtlExit arrival_exit(std::span<const ServiceView> services, const Expectation& expected);

}  // namespace mainstay::ctl
