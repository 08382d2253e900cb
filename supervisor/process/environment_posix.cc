#include "process/environment_posix.h"

#include <unistd.h>

#include <string_view>

namespace mainstay::process {

EnvironmentMap own_environment() {
  EnvironmentMap out;
  for (char** at = environ; *at != nullptr; ++at) {
    const std::string_view entry = *at;
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    out.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return out;
}

}  // namespace mainstay::process
