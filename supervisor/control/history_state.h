// Whether there is a history, for a client.
#pragma once

#include "control/context.h"
#include "control/json_writer.h"

namespace mainstay::control {

// The member "history": {"state":"on"|"paused"|"off","reason"}; the reason is null while it is on.
void write_history_state(JsonWriter& out, const Parts& parts);

}  // namespace mainstay::control
