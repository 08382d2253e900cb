#include "ctl/log_keeping_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/units.h"
#include "ctl/display_width.h"
#include "ctl/json_fields.h"
#include "ctl/table.h"

namespace mainstay::ctl {

namespace {

enum Index : std::size_t { Service, Live, Archives, Archived, Oldest, Total };

constexpr std::array<std::size_t, 6> kWide = {Service, Live, Archives, Archived, Oldest, Total};
constexpr std::array<std::size_t, 2> kNarrow = {Service, Total};
constexpr std::array<ColumnSet, 2> kSets = {kWide, kNarrow};

Bytes bytes_of(const Json& object, std::string_view name) {
  return Bytes{
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, whole_of(object, name).value_or(0)))};
}

std::string outcome_text(const Json& result) {
  const std::string outcome = text_of(result, "outcome");
  if (outcome == "rotated") return "is now " + text_of(result, "archive");
  if (outcome == "waits") return "is rotated when its last line ends";
  if (outcome == "empty") return "is empty";
  return text_of(result, "message");
}

std::vector<Cell> row_of(const Json& service, WallTime now, const Terminal& terminal) {
  const auto oldest = time_of(service, "oldest");
  return {{text_of(service, "service")},
          {format_size(bytes_of(service, "live_bytes"))},
          {fmt::to_string(whole_of(service, "archives").value_or(0))},
          {format_size(bytes_of(service, "archive_bytes"))},
          {oldest ? format_age(now - *oldest) : std::string{symbols_for(terminal).none}},
          {format_size(bytes_of(service, "total_bytes"))}};
}

}  // namespace

std::string rotate_text(const Json& answer, const Terminal& terminal) {
  const std::vector<Json> results = list_of(answer, "results");
  const Symbols symbols = symbols_for(terminal);
  std::size_t width = 0;
  for (const Json& result : results)
    width = std::max(width, display_width(text_of(result, "log")));
  std::string out;
  for (const Json& result : results) {
    const bool ok = flag_of(result, "ok");
    const std::string log = text_of(result, "log");
    out +=
        fmt::format("  {} {}{}  {}\n",
                    paint(ok ? symbols.good : symbols.bad, ok ? Tone::Good : Tone::Bad, terminal),
                    log, std::string(width - display_width(log), ' '), outcome_text(result));
  }
  return out;
}

std::string usage_text(const Json& answer, WallTime now, const Terminal& terminal) {
  Table table{{{"SERVICE", Align::Left, 10},
               {"LIVE", Align::Right, 7},
               {"ARCHIVES", Align::Right, 8},
               {"ARCHIVED", Align::Right, 8},
               {"OLDEST", Align::Right, 6},
               {"TOTAL", Align::Right, 7}}};
  for (const Json& service : list_of(answer, "services"))
    table.add(row_of(service, now, terminal));
  return table.render(kSets, terminal) + fmt::format("\nall logs: {} of at most {}\n",
                                                     format_size(bytes_of(answer, "total_bytes")),
                                                     format_size(bytes_of(answer, "limit_bytes")));
}

}  // namespace mainstay::ctl
