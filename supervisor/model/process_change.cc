#include "model/process_change.h"

#include <algorithm>
#include <optional>
#include <tuple>

namespace mainstay::model {

namespace {

auto program_of(const ServiceSpec& spec) {
  return std::tie(spec.command, spec.cwd, spec.env, spec.inherit_env, spec.user, spec.group,
                  spec.umask, spec.nice, spec.increment_env, spec.limits, spec.listen);
}

// How its output leaves it, and the form in which the log is being written.
auto output_of(const LogSpec& logs) {
  return std::tie(logs.stdout_on, logs.stderr_on, logs.merge, logs.format);
}

// A descriptor or a socket of its own, which a run has from its start or not at all.
std::optional<NotifyProbe> notifies(const ServiceSpec& spec) {
  const auto* notify = spec.ready ? std::get_if<NotifyProbe>(&spec.ready->probe) : nullptr;
  return notify == nullptr ? std::nullopt : std::optional{*notify};
}

// WATCHDOG_USEC: the shortest, should there be several.
std::optional<Duration> heartbeat_of(const ServiceSpec& spec) {
  std::optional<Duration> shortest;
  for (const CheckSpec& check : spec.health) {
    const auto* beat = std::get_if<HeartbeatProbe>(&check.probe);
    if (beat != nullptr) shortest = std::min(shortest.value_or(beat->within), beat->within);
  }
  return shortest;
}

}  // namespace

bool runs_differently(const ServiceSpec& before, const ServiceSpec& after) {
  return program_of(before) != program_of(after) ||
         output_of(before.logs) != output_of(after.logs) || notifies(before) != notifies(after) ||
         heartbeat_of(before) != heartbeat_of(after);
}

bool is_checked_differently(const ServiceSpec& before, const ServiceSpec& after) {
  return before.ready != after.ready || before.health != after.health;
}

}  // namespace mainstay::model
