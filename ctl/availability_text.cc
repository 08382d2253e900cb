#include "ctl/availability_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "ctl/json_fields.h"
#include "ctl/table.h"

namespace mainstay::ctl {

namespace {

enum Index : std::size_t { Service, Day, Uptime, Down, Failures, Mtbf, Mttr, Restarts };

constexpr std::array<std::size_t, 7> kWide = {Service, Uptime, Down,    Failures,
                                              Mtbf,    Mttr,   Restarts};
constexpr std::array<std::size_t, 5> kMedium = {Service, Uptime, Failures, Mtbf, Mttr};
constexpr std::array<std::size_t, 2> kNarrow = {Service, Uptime};
constexpr std::array<ColumnSet, 3> kSets = {kWide, kMedium, kNarrow};

constexpr std::array<std::size_t, 8> kWideDays = {Service,  Day,  Uptime, Down,
                                                  Failures, Mtbf, Mttr,   Restarts};
constexpr std::array<std::size_t, 6> kMediumDays = {Service, Day, Uptime, Failures, Mtbf, Mttr};
constexpr std::array<std::size_t, 3> kNarrowDays = {Service, Day, Uptime};
constexpr std::array<ColumnSet, 3> kDaySets = {kWideDays, kMediumDays, kNarrowDays};

std::vector<Column> columns() {
  return {{"SERVICE", Align::Left, 10}, {"DAY", Align::Left, 10},      {"UPTIME", Align::Right, 9},
          {"DOWN", Align::Right, 6},    {"FAILURES", Align::Right, 8}, {"MTBF", Align::Right, 6},
          {"MTTR", Align::Right, 6},    {"RESTARTS", Align::Left, 0}};
}

std::string duration_text(const Json& of, const char* name, std::string_view none) {
  const auto length = seconds_of(of, name);
  return length ? format_duration(*length) : std::string{none};
}

// Never rounded up to 100.
std::string percent_text(double percent) {
  const double shown = percent < 100 ? std::min(percent, 99.999) : 100;
  return fmt::format("{:.3f} %", shown);
}

Tone tone_of(double percent) {
  if (percent >= 99.9) return Tone::Good;
  return percent >= 99 ? Tone::Warn : Tone::Bad;
}

// "3 exited, 1 unhealthy"
std::string restarts_text(const Json& of, std::string_view none) {
  std::string text;
  const Json* restarts = member(of, "restarts");
  if (restarts == nullptr || !restarts->is_object()) return std::string{none};
  for (const auto& [cause, count] : restarts->items()) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", whole_of(*restarts, cause).value_or(0), safe_line(cause));
  }
  return text.empty() ? std::string{none} : text;
}

std::vector<Cell> row_of(const std::string& service, const Json& of, const Terminal& terminal) {
  const std::string none{symbols_for(terminal).none};
  const auto percent = number_of(of, "uptime_percent");
  return {{service},
          {text_of(of, "day")},
          percent ? Cell{percent_text(*percent), tone_of(*percent)} : Cell{none},
          {duration_text(of, "down_seconds", none)},
          {std::to_string(whole_of(of, "failures").value_or(0))},
          {duration_text(of, "mtbf_seconds", none)},
          {duration_text(of, "mttr_seconds", none)},
          {restarts_text(of, none)}};
}

}  // namespace

std::string availability_text(const Json& answer, const Terminal& terminal) {
  Table table{columns()};
  bool any_days = false;
  for (const Json& service : list_of(answer, "services")) {
    const std::string name = text_of(service, "service");
    const auto days = list_of(service, "days");
    for (const Json& day : days)
      table.add(row_of(name, day, terminal));
    if (days.empty()) table.add(row_of(name, service, terminal));
    any_days = any_days || !days.empty();
  }
  return any_days ? table.render(kDaySets, terminal) : table.render(kSets, terminal);
}

}  // namespace mainstay::ctl
