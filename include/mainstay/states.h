// The public states of an instance and their names on every interface.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mainstay {

// What an instance is doing, as people see it.
enum class PublicState : std::uint8_t {
  Stopped,
  Waiting,  // for dependencies
  Starting,
  Running,
  Stopping,
  Backoff,
  Exited,
  Failed,
};

inline constexpr std::array<std::string_view, 8> kPublicStateNames = {
    "stopped", "waiting", "starting", "running", "stopping", "backoff", "exited", "failed"};

constexpr std::string_view to_string(PublicState state) {
  return kPublicStateNames[static_cast<std::size_t>(state)];
}

constexpr std::optional<PublicState> public_state_from(std::string_view name) {
  for (std::size_t i = 0; i < kPublicStateNames.size(); ++i) {
    if (kPublicStateNames[i] == name) return static_cast<PublicState>(i);
  }
  return std::nullopt;
}

enum class Health : std::uint8_t { None, Unknown, Healthy, Unhealthy };

inline constexpr std::array<std::string_view, 4> kHealthNames = {"none", "unknown", "healthy",
                                                                 "unhealthy"};

constexpr std::string_view to_string(Health health) {
  return kHealthNames[static_cast<std::size_t>(health)];
}

}  // namespace mainstay
