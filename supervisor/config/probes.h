// What a check looks at.
#pragma once

#include <optional>

#include "config/field.h"
#include "model/service_spec.h"

namespace mainstay::config {

// The one probe that `field`, a map, has among the alternatives of `table`. Nothing when it is
// wrong, which is reported.
std::optional<model::Probe> read_probe(const Field& field, KeyTable table);

}  // namespace mainstay::config
