// This process's own environment.
#pragma once

#include "process/environment.h"

namespace mainstay::process {

// A copy of what this process was started with. Not while another thread changes it.
EnvironmentMap own_environment();

}  // namespace mainstay::process
