// What to think of a service and what to do: green, yellow or red by fixed thresholds, and advice
// tied to what was found. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "logs/findings.h"
#include "logs/source_lines.h"

namespace mainstay::logs {

enum class Light : std::uint8_t { Green, Yellow, Red };
std::string_view to_string(Light light);

// What is known of a service besides its logs.
struct Vitals {
  std::uint64_t restarts = 0;  // in the time looked at, by themselves
  bool restarts_at_least = false;
  std::optional<double> cpu_percent;  // of one core, the busiest instance, now
  std::optional<double> memory_percent;
  bool memory_of_limit = false;  // of limits.memory, else of the machine's
  bool failed = false;           // given up
  bool unhealthy = false;
};

struct Advice {
  std::string text;
  std::string command;  // to look further; may be empty
};

struct Verdict {
  Light light = Light::Green;
  std::vector<std::string> reasons;  // why it is not green
  std::vector<Advice> advice;
  double errors_per_hour = 0;
  double warnings_per_hour = 0;
  double server_errors_per_hour = 0;
  double restarts_per_day = 0;
};

// From the first line in `span`, at least an hour: a log of five minutes says little about a day.
Duration time_covered(const Findings& findings, Span span);

// Errors and answers with 5xx: below 5 an hour green, to 20 yellow, above red. Restarts a day: 0,
// 1 or 2, 3 and more. CPU: 70, 90 %. Memory: 80, 90 %. Failed is red, unhealthy yellow. `span` has
// both ends.
Verdict judge(const Findings& findings, const Vitals& vitals, Span span);

}  // namespace mainstay::logs
