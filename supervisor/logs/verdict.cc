#include "logs/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "logs/advice.h"

namespace mainstay::logs {

namespace {

using namespace std::chrono_literals;

// At or above `yellow` it is yellow, above `red` red.
struct Thresholds {
  double yellow;
  double red;
};

constexpr Thresholds kAnHour{5, 20};
constexpr Thresholds kCpu{70, 90};
constexpr Thresholds kMemory{80, 90};
constexpr double kRestartsRed = 3;  // a day; any is yellow

Light light_of(double value, Thresholds thresholds) {
  if (value > thresholds.red) return Light::Red;
  return value >= thresholds.yellow ? Light::Yellow : Light::Green;
}

Light light_of_restarts(double a_day) {
  if (a_day >= kRestartsRed) return Light::Red;
  return a_day > 0 ? Light::Yellow : Light::Green;
}

double per(Duration unit, std::uint64_t count, Duration time) {
  return static_cast<double>(count) * to_seconds(unit) / to_seconds(time);
}

class Judge {
 public:
  explicit Judge(Verdict& verdict) : verdict_(verdict) {}

  void see(Light light, std::string reason) {
    if (light == Light::Green) return;
    verdict_.light = std::max(verdict_.light, light);
    verdict_.reasons.push_back(std::move(reason));
  }

 private:
  Verdict& verdict_;
};

}  // namespace

std::string_view to_string(Light light) {
  switch (light) {
    case Light::Green:
      return "green";
    case Light::Yellow:
      return "yellow";
    case Light::Red:
      return "red";
  }
  return "";
}

Duration time_covered(const Findings& findings, Span span) {
  const WallTime from =
      findings.first_line ? std::clamp(*findings.first_line, span.since, span.until) : span.since;
  return std::max<Duration>(span.until - from, 1h);
}

Verdict judge(const Findings& findings, const Vitals& vitals, Span span) {
  Verdict verdict;
  const Duration covered = time_covered(findings, span);
  verdict.errors_per_hour = per(1h, findings.errors, covered);
  verdict.warnings_per_hour = per(1h, findings.warnings, covered);
  verdict.server_errors_per_hour = per(1h, findings.server_errors, covered);
  const Duration looked_at = std::max<Duration>(span.until - span.since, 24h);
  verdict.restarts_per_day = per(24h, vitals.restarts, looked_at);

  Judge judge{verdict};
  if (vitals.failed) judge.see(Light::Red, "it has failed");
  if (vitals.unhealthy) judge.see(Light::Yellow, "it is unhealthy");
  judge.see(light_of(verdict.errors_per_hour, kAnHour),
            fmt::format("{:.1f} errors an hour", verdict.errors_per_hour));
  judge.see(light_of(verdict.server_errors_per_hour, kAnHour),
            fmt::format("{:.1f} answers with 5xx an hour", verdict.server_errors_per_hour));
  judge.see(light_of_restarts(verdict.restarts_per_day),
            fmt::format("{}{} restart{}", vitals.restarts_at_least ? "at least " : "",
                        vitals.restarts, vitals.restarts == 1 ? "" : "s"));
  if (vitals.cpu_percent) {
    judge.see(light_of(*vitals.cpu_percent, kCpu),
              fmt::format("CPU {:.0f} % of a core", *vitals.cpu_percent));
  }
  if (vitals.memory_percent) {
    judge.see(light_of(*vitals.memory_percent, kMemory),
              fmt::format("memory {:.0f} % of {}", *vitals.memory_percent,
                          vitals.memory_of_limit ? "limits.memory" : "the machine's"));
  }
  verdict.advice = advise(findings, vitals, verdict);
  return verdict;
}

}  // namespace mainstay::logs
