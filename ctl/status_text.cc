#include "ctl/status_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "ctl/display_width.h"
#include "ctl/table.h"

namespace mainstay::ctl {

namespace {

enum Index : std::size_t {
  Name,
  State,
  Health_,
  Pid,
  Uptime,
  Restarts,
  Cpu,
  Mem,
  Ports,
  Exit,
  Next
};

constexpr std::array<std::size_t, 11> kWide = {Name, State, Health_, Pid,  Uptime, Restarts,
                                               Cpu,  Mem,   Ports,   Exit, Next};
constexpr std::array<std::size_t, 7> kMedium = {Name, State, Health_, Uptime, Restarts, Cpu, Mem};
constexpr std::array<std::size_t, 4> kNarrow = {Name, State, Cpu, Mem};
constexpr std::array<ColumnSet, 3> kSets = {kWide, kMedium, kNarrow};

constexpr std::size_t kAttentionLines = 3;
constexpr std::size_t kPortsShown = 3;

// The least widths keep columns in place while numbers change, as --watch shows.
std::vector<Column> columns() {
  return {
      {"NAME", Align::Left, 10},      {"STATE", Align::Left, 8},   {"HEALTH", Align::Left, 9},
      {"PID", Align::Right, 4},       {"UPTIME", Align::Right, 7}, {"RESTARTS", Align::Right, 9},
      {"CPU", Align::Right, 5},       {"MEM", Align::Right, 6},    {"PORTS", Align::Left, 5},
      {"LAST EXIT", Align::Left, 17}, {"NEXT", Align::Left, 0}};
}

Tone health_tone(const std::string& health) {
  if (health == to_string(Health::Healthy)) return Tone::Good;
  if (health == to_string(Health::Unhealthy)) return Tone::Bad;
  return Tone::Plain;
}

std::string ports_text(const std::vector<std::string>& ports) {
  if (ports.size() <= kPortsShown) return join(ports, " ");
  return fmt::format("{} +{}", join(std::span{ports}.first(kPortsShown), " "),
                     ports.size() - kPortsShown);
}

std::string exit_text(const ServiceView& service, WallTime now) {
  if (!service.last_exit) return "";
  const std::string how = short_exit(*service.last_exit);
  if (!service.last_exit->at) return how;
  return fmt::format("{}, {} ago", how, format_age(now - *service.last_exit->at));
}

std::vector<Cell> row_of(const ServiceView& service, WallTime now, const Terminal& terminal) {
  const std::string none{symbols_for(terminal).none};
  const bool has_health = service.health != to_string(Health::None) && !service.health.empty() &&
                          service.pid.has_value();
  return {
      {service.name},
      {service.state, tone_of(service)},
      {has_health ? service.health : none, has_health ? health_tone(service.health) : Tone::Plain},
      {service.pid ? fmt::to_string(*service.pid) : none},
      {service.uptime && service.pid ? format_duration(*service.uptime) : none},
      {fmt::to_string(service.restarts)},
      {service.cpu_percent && service.pid ? fmt::format("{:.1f} %", *service.cpu_percent) : none},
      {service.memory && service.pid ? format_size(*service.memory) : none},
      {ports_text(service.ports)},
      {exit_text(service, now)},
      {next_step(service)},
  };
}

std::string_view count_word(PublicState state) {
  switch (state) {
    case PublicState::Backoff:
      return "waiting to restart";
    case PublicState::Waiting:
      return "waiting for others";
    case PublicState::Stopped:
    case PublicState::Starting:
    case PublicState::Running:
    case PublicState::Stopping:
    case PublicState::Exited:
    case PublicState::Failed:
      return to_string(state);
  }
  return "";
}

// "dies 0.2 s after start with SIGSEGV"; `verb` is "dies" or "died".
std::string death_text(std::string_view verb, const LastExitView& exit) {
  std::string text{verb};
  if (exit.run_time) text += fmt::format(" {} after start", run_text(*exit.run_time));
  if (!exit.signal.empty()) return text + fmt::format(" with SIG{}", exit.signal);
  return exit.code ? text + fmt::format(" with code {}", *exit.code) : text;
}

// Why it did not even start, or nothing.
std::string start_trouble(const LastExitView& exit) {
  if (!exit.start_failure.empty()) return exit.start_failure;
  return exit.signal.empty() && !exit.code ? "cannot be started" : "";
}

// What is wrong with it, or nothing.
std::string trouble_of(const ServiceView& service) {
  const bool exited_badly = service.is(PublicState::Exited) && !service.is_done();
  if (service.is(PublicState::Backoff)) {
    if (!service.last_exit) return "waits to be restarted";
    const std::string start = start_trouble(*service.last_exit);
    return start.empty() ? death_text("dies", *service.last_exit) : start;
  }
  if (service.is(PublicState::Failed) || exited_badly) {
    const std::string verdict = exited_badly ? "not restarted" : "gave up";
    if (!service.last_exit) return verdict;
    const std::string start = start_trouble(*service.last_exit);
    return fmt::format("{}, {}", verdict,
                       start.empty() ? death_text("died", *service.last_exit) : start);
  }
  if (service.health == to_string(Health::Unhealthy)) return "unhealthy";
  return service.log_trouble ? log_trouble_text(*service.log_trouble) : "";
}

// Where there is little room the trouble is cut, not what to do about it.
std::string attention_line(const ServiceView& service, const Terminal& terminal) {
  const Symbols symbols = symbols_for(terminal);
  const std::string hint = fmt::format(" {} ctl why {}", symbols.dash, service.name);
  const std::string line = fmt::format("{}: {}", service.name, trouble_of(service));
  if (!terminal.width) return line + hint;
  const std::size_t room = *terminal.width - std::min(*terminal.width, display_width(hint));
  return room > display_width(service.name) + 8
             ? shorten_end(line, room, symbols.ellipsis) + hint
             : shorten_end(line, *terminal.width, symbols.ellipsis);
}

}  // namespace

std::string counts_text(std::span<const ServiceView> services) {
  // What runs first, what gave up last, as LOOK has it.
  constexpr std::array kOrder = {PublicState::Running,  PublicState::Starting, PublicState::Waiting,
                                 PublicState::Stopping, PublicState::Stopped,  PublicState::Exited,
                                 PublicState::Backoff,  PublicState::Failed};
  std::vector<std::string> parts;
  for (const PublicState state : kOrder) {
    const auto count = std::count_if(services.begin(), services.end(),
                                     [&](const ServiceView& s) { return s.is(state); });
    if (count > 0) parts.push_back(fmt::format("{} {}", count, count_word(state)));
  }
  return join(parts, ", ") + ".";
}

std::vector<std::string> attention(std::span<const ServiceView> services,
                                   const Terminal& terminal) {
  std::vector<const ServiceView*> troubled;
  for (const ServiceView& service : services) {
    if (!trouble_of(service).empty()) troubled.push_back(&service);
  }
  const auto last = [](const ServiceView* s) {
    return s->last_exit && s->last_exit->at ? *s->last_exit->at : WallTime{};
  };
  std::stable_sort(troubled.begin(), troubled.end(),
                   [&](const auto* a, const auto* b) { return last(a) > last(b); });
  std::vector<std::string> lines;
  for (const ServiceView* service : troubled)
    lines.push_back(attention_line(*service, terminal));
  return lines;
}

std::string status_footer(std::span<const ServiceView> services, const Terminal& terminal) {
  if (services.empty()) return "";
  const std::size_t limit = terminal.width.value_or(std::string::npos);
  std::string out = counts_text(services);
  const std::vector<std::string> lines = attention(services, terminal);
  for (std::size_t i = 0; i < std::min(lines.size(), kAttentionLines); ++i) {
    const bool beside = i == 0 && display_width(out) + 2 + display_width(lines[0]) <= limit;
    out += beside ? "  " : "\n";
    out += lines[i];
  }
  if (lines.size() > kAttentionLines) {
    out += fmt::format("\nand {} more", lines.size() - kAttentionLines);
  }
  return out + "\n";
}

std::string status_table(std::span<const ServiceView> services, WallTime now,
                         const Terminal& terminal) {
  if (services.empty()) return "";
  Table table{columns()};
  for (const ServiceView& service : services)
    table.add(row_of(service, now, terminal));
  return table.render(kSets, terminal);
}

CtlExit status_exit(std::span<const ServiceView> services, bool by_name) {
  const bool fine = std::all_of(services.begin(), services.end(), [&](const ServiceView& service) {
    return service.is_up() || (!by_name && service.is_done());
  });
  return fine ? CtlExit::Done : CtlExit::NotRunning;
}

std::string status_text(std::span<const ServiceView> services, WallTime now,
                        const Terminal& terminal) {
  if (services.empty()) {
    return "No services are declared. Add some under 'services:' in the ecosystem file, "
           "then ctl down and ctl up.\n";
  }
  return status_table(services, now, terminal) + status_footer(services, terminal);
}

}  // namespace mainstay::ctl
