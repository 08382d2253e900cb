#include "mainstay/endpoint.h"

#include <cstdlib>

namespace mainstay {

namespace {

// The XDG specification: a relative path is to be ignored, like an empty one.
std::optional<std::filesystem::path> absolute_path(const std::optional<std::string>& value) {
  if (!value || !value->starts_with('/')) return std::nullopt;
  return std::filesystem::path{*value};
}

}  // namespace

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
  const std::filesystem::path home = absolute_path(environment("HOME")).value_or("/");
  const auto state_home = absolute_path(environment("XDG_STATE_HOME"));
  const auto runtime_dir = absolute_path(environment("XDG_RUNTIME_DIR"));
  const std::filesystem::path state = state_home.value_or(home / ".local/state") / "mainstay";
  const std::filesystem::path run = runtime_dir ? *runtime_dir / "mainstay" : state / "run";
  return {run / "control.sock", state, state / "log", "ecosystem.yaml"};
}

}  // namespace mainstay
