// Waiting until everything that a supervisor starts by itself is up, and saying so as it comes.
#pragma once

#include "base/time.h"
#include "ctl/arrival.h"
#include "ctl/context.h"

namespace mainstay::ctl {

// Woken by the supervisor's events; gives up at `deadline`. `began` is when `ctl up` did.
CtlExit await_arrivals(Context& context, const Expectation& expected, MonoTime began,
                       MonoTime deadline);

}  // namespace mainstay::ctl
