// One check of one run (ECOSYSTEM "health"), or a monitor, decided by value: results go in, whether
// it changed sides comes out. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "mainstay/states.h"
#include "model/service_spec.h"

namespace mainstay::policy {

enum class CheckVerdict : std::uint8_t {
  Passed,
  Failed,
  Unknown,  // could not be looked at: neither for nor against the service
};

// One look.
struct CheckResult {
  CheckVerdict verdict = CheckVerdict::Unknown;
  bool counts = true;  // an extra look: only its passing matters
  MonoTime at{};
  Duration latency{0};    // from the question to the answer
  std::string message{};  // of what did not pass: "connection refused on 127.0.0.1:8000"
};

struct CheckState {
  Health health = Health::Unknown;
  std::uint32_t failures = 0;   // that count, in a row
  std::uint32_t successes = 0;  // in a row
  std::optional<MonoTime> last_good;
  std::optional<MonoTime> last_at;
  Duration latency{0};     // of the last look that was answered
  std::string last_error;  // of the last look that did not pass; empty after one that did
  bool operator==(const CheckState&) const = default;
};

enum class CheckChange : std::uint8_t { None, BecameHealthy, BecameUnhealthy };

// Takes a result in. `watched_since`: when the run started, or the monitor; failures do not count
// within start_period of it.
CheckChange take(CheckState& state, const model::CheckSpec& spec, const CheckResult& result,
                 MonoTime watched_since);

// "3 of 3 failed: connection refused on 127.0.0.1:8000; last good 42 s ago".
std::string describe(const CheckState& state, const model::CheckSpec& spec, MonoTime now);

// Unhealthy when one is, else unknown when one is, else healthy; none without checks.
Health summary(std::span<const CheckState> checks);

// What it looks at, as the file has it: "http://127.0.0.1:${PORT}/health", "8000", "5 m". Without
// secrets of the service with that environment, users, passwords and what follows a "?".
std::string target_of(const model::Probe& probe, const model::Environment& env);
// "http", "tcp", "command", "frozen", …
std::string_view kind_of(const model::Probe& probe);

}  // namespace mainstay::policy
