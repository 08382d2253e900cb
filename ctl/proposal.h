// Asking the supervisor what a file, or going back to what was in force before, would change: what
// `ctl plan` and `ctl apply` begin with.
#pragma once

#include <optional>
#include <string>

#include "ctl/context.h"

namespace mainstay::ctl {

// Of --rollback and a FILE only one makes sense.
std::optional<CtlExit> refuse_both(Context& context);
// {"file": the file that was named, as the supervisor finds it}, {"rollback": true}, or {}.
Json proposal_params(const Context& context);
// The plan for people, after what is gone back to.
std::string proposal_text(Context& context, const Json& plan);
// A file with errors is told as `ctl check` does, with its exit code.
CtlExit fail_proposal(Context& context, const Failure& failure);

}  // namespace mainstay::ctl
