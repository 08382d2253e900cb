// Who may come in over the web, as every program names it (INTERFACES "Web access").
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "mainstay/protocol.h"

namespace mainstay {

inline constexpr std::array<std::string_view, 3> kAccessLevelNames = {"read", "operate", "admin"};

constexpr std::string_view to_string(AccessLevel level) {
  return kAccessLevelNames[static_cast<std::size_t>(level)];
}

constexpr std::optional<AccessLevel> access_level_from(std::string_view name) {
  for (std::size_t i = 0; i < kAccessLevelNames.size(); ++i) {
    if (kAccessLevelNames[i] == name) return static_cast<AccessLevel>(i);
  }
  return std::nullopt;
}

// Names of users and tokens: [a-z0-9][a-z0-9._-]{0,31}.
constexpr bool is_access_name(std::string_view name) {
  constexpr std::size_t kLongest = 32;
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (name.empty() || name.size() > kLongest || !plain(name.front())) return false;
  return std::all_of(name.begin(), name.end(),
                     [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
}

inline constexpr std::string_view kAccessNameRule =
    "1 to 32 of a-z, 0-9, '.', '_' and '-', the first a letter or digit";

// Hashes of passwords begin with it (crypt(5)): yescrypt at its usual cost, 16 MiB. One that costs
// more could end the process that checks it.
inline constexpr std::string_view kPasswordHashStart = "$y$j9T$";
inline constexpr std::size_t kShortestPassword = 8;   // in bytes
inline constexpr std::size_t kLongestPassword = 500;  // crypt(3) takes 511

}  // namespace mainstay
