// What came before us: a controller of this keeper, with its records and the runs that the keeper
// holds, or another supervisor, with what it left on disk and in the table of processes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "process/runner.h"
#include "runtime/controller.h"

namespace mainstay {

struct Former {
  bool controller = false;   // one of this keeper
  bool handed_over = false;  // one of another keeper, which has left us what it held
  std::vector<std::pair<std::uint32_t, std::string>> records;  // of either
  // Of a supervisor that died as a whole, as its service manager has kept them: newer than its
  // file.
  std::vector<std::pair<std::uint32_t, std::string>> left_records;
  std::vector<std::pair<std::uint32_t, std::string>> checks;  // what its checks had found
  std::filesystem::path state_dir;                            // what else there was left a file
  std::string cookie_root;                                    // what its runs carry
  bool only_to_watch = false;                                 // in drain mode
};

// Gives every run that goes on back to its instance, before controller.begin(). After a former
// controller, a run that is not the current one of any instance is done with; what it has started
// may still print. After another supervisor that died together with its keeper, what it left
// running is looked for; when it had stopped everything, or the machine was started anew since,
// only what people wished counts. `notice` is told of what was found.
void take_over(runtime::Controller& controller, process::ProcessRunner& runner,
               const Former& former, const std::function<void(const std::string&)>& notice);

}  // namespace mainstay
