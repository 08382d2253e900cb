// The only place that reads a clock (a test forbids it elsewhere).
#pragma once

#include "base/time.h"

namespace mainstay::io {

// CLOCK_MONOTONIC and CLOCK_REALTIME now. Any thread.
Now read_clocks();

}  // namespace mainstay::io
