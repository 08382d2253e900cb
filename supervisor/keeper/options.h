// The supervisor's command line (INTERFACES "Programs"). The keeper needs little of it: the
// controller gets the same arguments.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace mainstay::keeper {

struct Options {
  std::optional<std::string> state_dir;
  bool check = false;
  bool version = false;
  bool help = false;
  bool core = false;  // a crash of ours may leave a core
};

extern const std::string_view kHelpText;

// `arguments` without the program's name. The error says what to do instead.
Result<Options> parse_options(std::span<char* const> arguments);

}  // namespace mainstay::keeper
