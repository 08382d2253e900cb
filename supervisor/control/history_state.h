// Whether there is a history, for a client.
#pragma once

#include "control/context.h"
#include "control/json_writer.h"
#include "control/rpc.h"

namespace mainstay::control {

// The member "history": {"state":"on"|"paused"|"off","reason"}; the reason is null while it is on.
void write_history_state(JsonWriter& out, const Parts& parts);

// What a client is told when the history cannot be read.
RpcFailure history_failure(const Error& error);

}  // namespace mainstay::control
