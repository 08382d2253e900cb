// Where our programs are: what is installed there, which may be another version than what runs.
#pragma once

#include <filesystem>

namespace mainstay {

struct Programs {
  std::filesystem::path keeper;      // <prefix>/bin/supervisor
  std::filesystem::path controller;  // <prefix>/libexec/mainstay/mainstay-controller
  std::filesystem::path gateway;     // <prefix>/libexec/mainstay/mainstay-gateway; may be missing
};

// Beside the controller of that path.
Programs programs_of(const std::filesystem::path& controller);

}  // namespace mainstay
