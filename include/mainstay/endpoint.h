// Where the programs keep their things when nothing else is said (INTERFACES "Programs").
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mainstay {

struct Endpoint {
  std::filesystem::path socket;  // the control socket
  std::filesystem::path state_dir;
  std::filesystem::path log_dir;
  std::filesystem::path config;  // the ecosystem file looked for when none is named
};

// The environment variable with the number of the pipe on which whoever starts a supervisor waits:
// it gets "ready\n", or "error: …\n".
inline constexpr const char* kReadyVariable = "MAINSTAY_READY_FD";

using EnvironmentLookup = std::function<std::optional<std::string>(std::string_view name)>;

// The defaults of the mode: root's system places, or the user's XDG places. Without XDG_RUNTIME_DIR
// the user's socket lives in the state directory, never in /tmp (anyone could take the name there).
Endpoint default_endpoint(bool as_root, const EnvironmentLookup& environment);

// Looks names up in this process's environment.
std::optional<std::string> process_environment(std::string_view name);

}  // namespace mainstay
