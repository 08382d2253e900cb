#include "mainstay/endpoint.h"

#include <cstdlib>

namespace mainstay {

std::optional<std::string> process_environment(std::string_view name) {
  const char* value = std::getenv(std::string{name}.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string{value};
}

Endpoint default_endpoint(bool as_root, const EnvironmentLookup& environment) {
  if (as_root) {
    return {"/run/mainstay/control.sock", "/var/lib/mainstay", "/var/log/mainstay",
            "/etc/mainstay/ecosystem.yaml"};
  }
  const std::string home = environment("HOME").value_or("/");
  const auto state_home = environment("XDG_STATE_HOME");
  const std::filesystem::path state =
      std::filesystem::path{state_home && !state_home->empty() ? *state_home
                                                               : home + "/.local/state"} /
      "mainstay";
  const auto runtime_dir = environment("XDG_RUNTIME_DIR");
  const std::filesystem::path run = runtime_dir && !runtime_dir->empty()
                                        ? std::filesystem::path{*runtime_dir} / "mainstay"
                                        : state / "run";
  return {run / "control.sock", state, state / "log", "ecosystem.yaml"};
}

}  // namespace mainstay
