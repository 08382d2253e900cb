// What an analysis has found in the logs of one service. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "logs/incident.h"

namespace mainstay::logs {

struct FoundSignature {
  Signature signature;
  std::uint64_t count = 0;
  WallTime first;
  WallTime last;
  std::string instance;              // whose the example is
  std::vector<std::string> example;  // of its first occurrence: raw bytes, hostile
  std::size_t lines_left_out = 0;    // from the middle of the example
};

// Requests whose method and folded path are the same.
struct FoundEndpoint {
  std::string endpoint;  // "GET /users/<n>"
  std::uint64_t requests = 0;
  std::uint64_t server_errors = 0;  // answered with 5xx
  std::uint64_t slow = 0;           // took kSlow or longer
  std::uint64_t timed = 0;          // requests of which that is known
  Duration total{0};                // of those
  Duration longest{0};
  WallTime first;  // of the answers with 5xx and the slow ones
  WallTime last;
  std::string example;  // the line of the last of them
  bool in_trouble() const { return server_errors > 0 || slow > 0; }
};

inline constexpr Duration kSlow = std::chrono::seconds{1};

// What there was no room for.
struct LeftOut {
  std::uint64_t kinds = 0;  // signatures or endpoints; one that comes again counts again
  std::uint64_t count = 0;  // of what they stand for
};

struct BusyHour {
  WallTime from;
  std::uint64_t errors = 0;
};

struct Findings {
  std::string service;
  std::uint64_t lines = 0;
  std::uint64_t errors = 0;  // units, so that a stack trace is one
  std::uint64_t warnings = 0;
  std::optional<WallTime> first_line;
  std::optional<BusyHour> busiest;         // with the most errors
  std::vector<FoundSignature> signatures;  // the most frequent first, errors before warnings
  LeftOut signatures_left_out;
  std::uint64_t requests = 0;
  std::uint64_t server_errors = 0;
  std::uint64_t slow = 0;
  std::vector<FoundEndpoint> endpoints;  // those in trouble, the worst first
  LeftOut endpoints_left_out;
  std::vector<std::string> problems;  // files that could not be read
};

}  // namespace mainstay::logs
