#include "config/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "config/probes.h"
#include "config/scalars.h"
#include "config/values.h"

namespace mainstay::config {

namespace {

constexpr Range kInARow{1, 1'000'000};
// What is known of all checks of an instance is kept in one record (runtime/looks.h).
constexpr std::size_t kMostChecks = 16;

void read_timing(const Field& field, model::CheckSpec& out) {
  read_positive(field["interval"], out.interval);
  read_positive(field["timeout"], out.timeout);
  read(field["failures"], kInARow, out.failures);
  read(field["successes"], kInARow, out.successes);
}

// Then one failure is enough: it says that nothing has come for the whole time.
bool is_judged_over_time(const model::Probe& probe) {
  return std::holds_alternative<model::FrozenProbe>(probe) ||
         std::holds_alternative<model::HeartbeatProbe>(probe);
}

}  // namespace

void read_ready(const Field& field, std::optional<model::ReadySpec>& out) {
  if (!field.is(NodeKind::Map)) return;
  const auto probe = read_probe(field, *kReadyShape.keys);
  model::ReadySpec ready;
  read_positive(field["interval"], ready.interval);
  read_positive(field["timeout"], ready.timeout);
  if (!probe) return;
  ready.probe = *probe;
  out = std::move(ready);
}

void read_health(const Field& field, std::vector<model::CheckSpec>& out) {
  if (!field.is(NodeKind::List)) return;
  static constexpr std::string_view kActions[] = {"restart", "alert"};
  if (field.size() > kMostChecks) {
    return field.error(
        fmt::format("has {} checks, at most {} of one service are looked at; combine some in a "
                    "command",
                    field.size(), kMostChecks));
  }
  for (std::size_t i = 0; i < field.size(); ++i) {
    const Field item = field.item(i);
    if (!item.is(NodeKind::Map)) continue;
    model::CheckSpec check;
    read_timing(item, check);
    read(item["start_period"], check.start_period);
    read(item["action"], kActions, check.action);
    const auto probe = read_probe(item, *kChecksShape.each->keys);
    if (!probe) continue;
    check.probe = *probe;
    const bool says_enough = is_judged_over_time(*probe) && !item["failures"].present();
    if (says_enough) check.failures = 1;
    out.push_back(std::move(check));
  }
}

std::optional<model::CheckSpec> read_monitor(const Field& field) {
  model::CheckSpec check;
  check.action = model::CheckAction::Alert;
  read_timing(field, check);
  const auto probe = read_probe(field, *kMonitorShape.keys);
  if (!probe) return std::nullopt;
  check.probe = *probe;
  return check;
}

}  // namespace mainstay::config
