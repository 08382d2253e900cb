// Asking the supervisor what a file, or going back to what was in force before, would change: what
// `ctl plan` and `ctl apply` begin with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ctl/context.h"

namespace mainstay::ctl {

// Whether applying `file`, which is absolute, would change what this supervisor runs. Nothing: it
// does not answer within `patience`, refuses to, or the file has errors.
std::optional<bool> would_change(Client& client, std::string_view file, Duration patience);
// Of --rollback and a FILE only one makes sense.
std::optional<CtlExit> refuse_both(Context& context);
// {"file": the file that was named, as the supervisor finds it}, {"rollback": true}, or {}.
Json proposal_params(const Context& context);
// The plan for people, after what is gone back to.
std::string proposal_text(Context& context, const Json& plan);
// A file with errors is told as `ctl check` does, with its exit code.
CtlExit fail_proposal(Context& context, const Failure& failure);

}  // namespace mainstay::ctl
