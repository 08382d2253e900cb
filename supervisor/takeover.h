// What came before us: a controller of this keeper, with its records and the runs that the keeper
// holds, or another supervisor, with what it left on disk and in the table of processes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "process/runner.h"
#include "process/state_file.h"
#include "runtime/controller.h"

namespace mainstay {

// Gives every run that the keeper holds back to its instance, before controller.begin(). A run that
// is not the current one of any instance is done with; what it has started may still print.
// `only_to_watch`: in drain mode.
void take_over(runtime::Controller& controller, process::ProcessRunner& runner,
               const std::vector<std::pair<std::uint32_t, std::string>>& records,
               bool only_to_watch = false);

// What a dead keeper had started and nobody had heard of yet is found among the processes and held.
void hold_unknown(process::ProcessRunner& runner, std::string_view cookie_root);

// In a new supervisor: takes over what an earlier one left running when it died together with its
// keeper, or, when that stopped everything or the machine was started anew since, only what people
// wished. `notice` is told of what was found.
void recover(runtime::Controller& controller, process::ProcessRunner& runner,
             const process::SavedState& saved, std::string_view cookie_root,
             const std::function<void(const std::string&)>& notice);

}  // namespace mainstay
