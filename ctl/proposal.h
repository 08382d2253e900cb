// Asking the supervisor what a file would change: what `ctl plan` and `ctl apply` begin with.
#pragma once

#include "ctl/context.h"

namespace mainstay::ctl {

// {"file": the file that was named, as the supervisor finds it}, or {} when none was.
Json file_params(const Context& context);
// A file with errors is told as `ctl check` does, with its exit code.
CtlExit fail_proposal(Context& context, const Failure& failure);

}  // namespace mainstay::ctl
