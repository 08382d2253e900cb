// Where alerts are delivered.
#pragma once

#include <optional>

#include "config/field.h"
#include "model/ecosystem.h"

namespace mainstay::config {

// One of `alerts.channels`; nothing when it is wrong, which is reported.
std::optional<model::Channel> read_channel(const Field& field);

}  // namespace mainstay::config
