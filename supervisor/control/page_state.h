// Where the page is, and why it is not there.
#pragma once

#include "control/context.h"
#include "control/json_writer.h"

namespace mainstay::control {

// The member "web": {"url","problem"}; null when none is declared.
void write_page(JsonWriter& out, const Parts& parts);

}  // namespace mainstay::control
