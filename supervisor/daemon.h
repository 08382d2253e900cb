// The composition root: the only place that builds the controller's parts and wires them.
#pragma once

#include "controller_options.h"

namespace mainstay {

// Serves until the supervisor has stopped; the keeper exits with the code it is told, so what this
// returns only matters when the keeper is lost (1).
int run_daemon(const ControllerArguments& arguments);

}  // namespace mainstay
