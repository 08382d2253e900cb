// The `restart`, `stop`, `limits` and `logs` of a service or job.
#pragma once

#include "config/field.h"
#include "model/service_spec.h"

namespace mainstay::config {

void read_restart(const Field& field, model::RestartPolicy& out);
void read_stop(const Field& field, model::StopPolicy& out);
void read_limits(const Field& field, model::Limits& out);
void read_logs(const Field& field, model::LogSpec& out);

}  // namespace mainstay::config
