// Which differences between two declarations of a service matter to a process that runs already.
#pragma once

#include "model/service_spec.h"

namespace mainstay::model {

// A run that was started as `before` says is not what `after` says: it has to be restarted. Not so
// what is only the supervisor's: checks, the restart and stop policies, dependencies, rotation, …
bool runs_differently(const ServiceSpec& before, const ServiceSpec& after);

// Another way to get ready, or other health checks: what was found of a run is of no use.
bool is_checked_differently(const ServiceSpec& before, const ServiceSpec& after);

}  // namespace mainstay::model
