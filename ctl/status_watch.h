// `ctl status --watch`: the table again and again.
#pragma once

#include "ctl/context.h"

namespace mainstay::ctl {

// On a terminal a frame a second on the alternate screen, until q or Ctrl-C; elsewhere one table
// (or with --json one result) for each change of a name, state, health, pid or count.
CtlExit watch_status(Context& context);

}  // namespace mainstay::ctl
