// What a former controller of this keeper left: its records and the runs that the keeper holds.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "process/runner.h"
#include "runtime/controller.h"

namespace mainstay {

// Gives every run that the keeper holds back to its instance, before controller.begin(). A run that
// is not the current one of any instance is done with; what it has started may still print.
void take_over(runtime::Controller& controller, process::ProcessRunner& runner,
               const std::vector<std::pair<std::uint32_t, std::string>>& records);

}  // namespace mainstay
