#include "ctl/analysis_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "base/units.h"
#include "ctl/analysis_details.h"
#include "ctl/display_width.h"
#include "ctl/event_text.h"
#include "ctl/json_fields.h"
#include "ctl/log_text.h"
#include "ctl/table.h"

namespace mainstay::ctl {

namespace {

constexpr std::size_t kTogether = 5;

enum Index : std::size_t { Name, State, Errors, Warnings, Failed, Slow, Restarts, Cpu, Memory };

constexpr std::array<std::size_t, 9> kWide = {Name, State,    Errors, Warnings, Failed,
                                              Slow, Restarts, Cpu,    Memory};
constexpr std::array<std::size_t, 5> kMedium = {Name, State, Errors, Warnings, Restarts};
constexpr std::array<std::size_t, 2> kNarrow = {Name, State};
constexpr std::array<ColumnSet, 3> kSets = {kWide, kMedium, kNarrow};

std::vector<Column> columns() {
  return {
      {"SERVICE", Align::Left, 8},      {"STATUS", Align::Left, 6}, {"ERRORS/H", Align::Right, 8},
      {"WARNINGS/H", Align::Right, 10}, {"5XX", Align::Right, 5},   {"SLOW", Align::Right, 5},
      {"RESTARTS", Align::Right, 8},    {"CPU", Align::Right, 6},   {"MEM", Align::Right, 6}};
}

std::vector<Cell> row_of(const Json& service, const Terminal& terminal) {
  const std::string none{symbols_for(terminal).none};
  const bool answers = whole_of(service, "requests").value_or(0) > 0;
  const auto rate = [&](std::string_view name) {
    return fmt::format("{:.1f}", number_of(service, name).value_or(0));
  };
  const auto of_requests = [&](std::string_view name) {
    return answers ? fmt::to_string(whole_of(service, name).value_or(0)) : none;
  };
  const auto percent = [&](std::string_view name) {
    const auto number = number_of(service, name);
    return number ? fmt::format("{:.0f} %", *number) : none;
  };
  const std::string status = text_of(service, "status");
  return {{text_of(service, "service")},
          {status, tone_of_status(status)},
          {rate("errors_per_hour")},
          {rate("warnings_per_hour")},
          {of_requests("server_errors")},
          {of_requests("slow")},
          {fmt::to_string(whole_of(service, "restarts").value_or(0))},
          {percent("cpu_percent")},
          {percent("memory_percent")}};
}

std::string bytes_text(const Json& object, std::string_view name) {
  const auto bytes = std::max<std::int64_t>(whole_of(object, name).value_or(0), 0);
  return format_size(Bytes{static_cast<std::uint64_t>(bytes)});
}

// "1 red, 2 green"
std::string lights_text(const Json& result) {
  std::vector<std::string> parts;
  for (const std::string_view light : {"red", "yellow", "green"}) {
    const auto count = whole_of(result, light).value_or(0);
    if (count > 0) parts.push_back(fmt::format("{} {}", count, light));
  }
  return join(parts, ", ");
}

std::string headline(const Json& result, std::size_t services, WallTime now) {
  const auto since = time_of(result, "since");
  const auto until = time_of(result, "until");
  return fmt::format("{} from {} to {}, {} of logs: {}\n", count_of(services, "service"),
                     since ? format_local_date_clock(*since) : "?",
                     until ? local_time_text(*until, now) : "?", bytes_text(result, "bytes"),
                     lights_text(result));
}

std::string fit(const std::string& text, const Terminal& terminal) {
  if (!terminal.width) return text;
  std::string out;
  for (const std::string_view line : split(text, '\n')) {
    if (!out.empty() || line.data() != text.data()) out += '\n';
    const std::size_t paint = display_width(line) - display_width(strip_colour(line));
    const std::size_t width = *terminal.width + paint;
    const std::string shown = shorten_end(line, width, symbols_for(terminal).ellipsis);
    out += shown;
    if (paint > 0 && shown != line) out += "\x1b[0m";
  }
  return out;
}

std::string together_text(const Json& result, const std::vector<Json>& services, WallTime now) {
  const auto with_signatures =
      std::count_if(services.begin(), services.end(),
                    [](const Json& service) { return !list_of(service, "signatures").empty(); });
  if (with_signatures < 2) return "";
  return "\nover all services\n" + signatures_text(result, kTogether, now);
}

}  // namespace

std::string analysis_text(const Json& result, WallTime now, bool all, const Terminal& terminal) {
  const std::vector<Json> services = list_of(result, "services");
  std::string details;
  Table table{columns()};
  for (const Json& service : services) {
    table.add(row_of(service, terminal));
    const bool green = raw_text_of(service, "status") == "green";
    if (!green || all) details += analysis_details(service, now, terminal);
  }
  std::string out = headline(result, services.size(), now);
  if (!services.empty()) out += "\n" + table.render(kSets, terminal);
  details += together_text(result, services, now);
  if (flag_of(result, "cut"))
    details += "\nThere was too much to tell: ask for fewer services at a time.\n";
  return fit(out, terminal) + fit(details, terminal);
}

CtlExit analysis_exit(const Json& result) {
  return whole_of(result, "red").value_or(0) > 0 ? CtlExit::NotRunning : CtlExit::Done;
}

std::string analysis_progress(const Json& item, const Terminal& terminal) {
  const std::string_view ellipsis = symbols_for(terminal).ellipsis;
  if (const auto queued = whole_of(item, "queued")) {
    return *queued == 1 ? fmt::format("waiting {} another analysis comes first", ellipsis)
                        : fmt::format("waiting {} {} other analyses come first", ellipsis, *queued);
  }
  return fmt::format("reading {} {} {} of {} services done, {} of {}", text_of(item, "service"),
                     ellipsis, whole_of(item, "services_done").value_or(0),
                     whole_of(item, "services").value_or(0), bytes_text(item, "bytes_done"),
                     bytes_text(item, "bytes"));
}

}  // namespace mainstay::ctl
