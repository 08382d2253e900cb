// What a configuration may cost, so that no file can exhaust memory, stack or time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace mainstay::config {

inline constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxTotalBytes = std::size_t{8} << 20;
inline constexpr std::size_t kMaxFiles = 256;
inline constexpr std::size_t kMaxIncludeDepth = 16;

// Of one YAML file: collections in collections, and nodes as written.
inline constexpr std::size_t kMaxDepth = 48;
inline constexpr std::size_t kMaxNodes = 500'000;
// Of the whole load, after aliases, defaults and interpolation have multiplied what is written.
inline constexpr std::size_t kMaxVisits = 1'000'000;
inline constexpr std::size_t kMaxText = std::size_t{64} << 20;

// One value after interpolation; Linux takes no longer argument or variable (MAX_ARG_STRLEN).
inline constexpr std::size_t kMaxValueBytes = 128 * 1024 - 1;
// References in references: ${A:-${B}}, and variables made of variables.
inline constexpr int kMaxReferenceDepth = 32;

inline constexpr std::size_t kMaxDeclared = 10'000;  // services and jobs together
// How each monitor stands is kept in a record, and there is room for so many (runtime/ports.h).
inline constexpr std::size_t kMaxMonitors = 5'000;
inline constexpr std::uint32_t kMaxInstances = 1'000;  // of one service
inline constexpr std::size_t kMaxInstancesInAll = 20'000;
inline constexpr std::size_t kMaxWindowedRestarts = 64;
inline constexpr std::size_t kMaxPatternBytes = 1'000;
inline constexpr std::size_t kMaxErrors = 100;  // shown; the rest is counted
inline constexpr std::size_t kMaxNotes = 200;
// "Did you mean" compares with every candidate, also for errors that turn out to be known already.
inline constexpr std::size_t kMaxSuggestions = 100;
inline constexpr std::size_t kMaxCandidates = 1'000;

// Keeps every sum of a clock and a setting far from overflow.
inline constexpr Duration kMaxDuration = std::chrono::hours{24 * 3650};

}  // namespace mainstay::config
