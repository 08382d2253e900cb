// Asking the supervisor what a file would change: what `ctl plan` and `ctl apply` begin with.
#pragma once

#include <optional>
#include <string_view>

#include "ctl/context.h"

namespace mainstay::ctl {

// {"file": the file that was named, as the supervisor finds it}, or {} when none was.
Json file_params(const Context& context);
// Whether applying `file`, which is absolute, would change what this supervisor runs. Nothing: it
// does not answer within `patience`, refuses to, or the file has errors.
std::optional<bool> would_change(Client& client, std::string_view file, Duration patience);
// A file with errors is told as `ctl check` does, with its exit code.
CtlExit fail_proposal(Context& context, const Failure& failure);

}  // namespace mainstay::ctl
