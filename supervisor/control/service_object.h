// The service object of every interface (INTERFACES "API"), and what else is written the same way
// everywhere.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "control/json_writer.h"
#include "model/service_spec.h"
#include "process/usage.h"
#include "runtime/controller.h"

namespace mainstay::control {

// The members of the object, without its braces; `usage` may be null.
void write_service_members(JsonWriter& out, const runtime::InstanceStatus& status,
                           const process::TreeUsage* usage);
void write_service(JsonWriter& out, const runtime::InstanceStatus& status,
                   const process::TreeUsage* usage);
void write_event(JsonWriter& out, const runtime::Event& event);
// {"results":[{"name","ok","state","message"}]}
std::string results_text(const std::vector<runtime::Outcome>& outcomes);

}  // namespace mainstay::control
