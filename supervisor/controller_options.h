// What the keeper tells the controller on its command line.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "programs.h"

namespace mainstay {

// Why this controller decides nothing: so many before it have died, and a whole one is tried again
// only after that time.
struct Drain {
  std::uint32_t crashes = 0;
  std::chrono::seconds lasts{0};
};

struct ControllerArguments {
  std::filesystem::path config;
  std::filesystem::path state_dir;
  std::optional<std::filesystem::path> log_dir;  // nothing: what the file says, else the default
  std::filesystem::path default_log_dir;
  std::filesystem::path socket;
  bool check = false;
  int keeper_fd = -1;
  int config_fd = -1;  // with check: what to check instead of the file
  int state_fd = -1;
  Programs programs;
  bool fell_back = false;         // after an upgrade that did not work (from the environment)
  std::optional<Drain> drain;     // drain mode
  std::uint32_t after_drain = 0;  // crashes that had led to a drain mode, which is over now; or 0
  // Variables of the service manager, for the keeper that this controller may have to become.
  std::vector<std::pair<std::string, std::string>> for_keeper;
  std::vector<std::string> words;  // as they came, without those for us alone: the keeper's own
};

// What is not said is the default of the mode. An unknown option or a missing value is an error.
Result<ControllerArguments> parse_controller_arguments(std::span<char* const> arguments,
                                                       bool as_root);

}  // namespace mainstay
