// Checks: `ready`, `health` and `monitors`.
#pragma once

#include <optional>
#include <vector>

#include "config/field.h"
#include "model/service_spec.h"

namespace mainstay::config {

void read_ready(const Field& field, std::optional<model::ReadySpec>& out);
void read_health(const Field& field, std::vector<model::CheckSpec>& out);
// One of `monitors`; nothing when it is wrong.
std::optional<model::CheckSpec> read_monitor(const Field& field);

}  // namespace mainstay::config
