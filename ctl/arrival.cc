#include "ctl/arrival.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ctl/display_width.h"

namespace mainstay::ctl {

namespace {

struct Verdict {
  std::string_view symbol;
  Tone tone;
};

Verdict verdict_of(Arrival arrival, const Terminal& terminal) {
  const Symbols symbols = symbols_for(terminal);
  switch (arrival) {
    case Arrival::Up:
      return {symbols.good, Tone::Good};
    case Arrival::Idle:
      return {symbols.none, Tone::Plain};
    case Arrival::Pending:
      return {symbols.waiting, Tone::Warn};
    case Arrival::Down:
      return {symbols.bad, Tone::Bad};
  }
  return {};
}

// "running, healthy after 0.4 s": how long it took is known only of what we saw come up.
std::string up_text(const ServiceView& service, const Expectation& expected) {
  if (service.is_done()) return "done, ended with code 0";
  std::string text = "running";
  if (service.health == to_string(Health::Healthy)) {
    text += ", healthy";
    if (expected.fresh && service.uptime) text += " after " + run_text(*service.uptime);
  }
  if (!service.ports.empty()) text += ", port " + join(service.ports, " ");
  return text;
}

std::vector<const ServiceView*> those(Arrival arrival, std::span<const ServiceView> services,
                                      const Expectation& expected) {
  std::vector<const ServiceView*> found;
  for (const ServiceView& service : services) {
    if (arrival_of(service, expected) == arrival) found.push_back(&service);
  }
  return found;
}

}  // namespace

Arrival arrival_of(const ServiceView& service, const Expectation& expected) {
  if (service.is_up() || service.is_done()) return Arrival::Up;
  if (!service.known) return Arrival::Pending;
  switch (*service.known) {
    case PublicState::Stopped:
      if (!service.enabled || service.held_down) return Arrival::Idle;
      return expected.fresh ? Arrival::Pending : Arrival::Down;
    case PublicState::Exited:
    case PublicState::Failed:
      return Arrival::Down;
    case PublicState::Waiting:
    case PublicState::Starting:
    case PublicState::Running:
    case PublicState::Backoff:
      return Arrival::Pending;
    case PublicState::Stopping:  // perhaps to be started again
      return service.held_down ? Arrival::Idle : Arrival::Pending;
  }
  return Arrival::Pending;
}

std::string arrival_line(const ServiceView& service, const Expectation& expected,
                         std::size_t name_width, const Terminal& terminal) {
  const Arrival arrival = arrival_of(service, expected);
  const Verdict verdict = verdict_of(arrival, terminal);
  const std::size_t width = display_width(service.name);
  const std::string text =
      arrival == Arrival::Up ? up_text(service, expected)
      : arrival == Arrival::Idle
          ? (service.held_down ? "stopped by hand, stays so" : "stopped, not started by itself")
          : state_and_why(service.state, service.reason);
  return fmt::format("  {} {}{}   {}", paint(verdict.symbol, verdict.tone, terminal), service.name,
                     std::string(name_width - std::min(width, name_width), ' '), text);
}

std::string arrival_summary(std::span<const ServiceView> services, const Expectation& expected,
                            Duration took, std::string_view page, const Terminal& terminal) {
  auto missing = those(Arrival::Down, services, expected);
  const auto pending = those(Arrival::Pending, services, expected);
  missing.insert(missing.end(), pending.begin(), pending.end());
  const std::size_t up = those(Arrival::Up, services, expected).size();
  if (missing.empty()) {
    const std::string when = expected.fresh ? " in " + run_text(took) : "";
    const std::string who = up == 1 ? "The one service is" : fmt::format("All {} are", up);
    const std::string next =
        (page.empty() ? "" : fmt::format("Page: {}   ", page)) + "Stop: ctl down";
    return up == 0 ? "Nothing is to be started. " + next
                   : fmt::format("{} up{}. {}", who, when, next);
  }
  constexpr std::size_t kNamed = 3;
  std::vector<std::string> states;
  for (const ServiceView* service : missing)
    states.push_back(fmt::format("{}: {}", service->name, service->state));
  return fmt::format("{} of {} up. {} {} ctl why {}", up, up + missing.size(),
                     join_some(states, kNamed), symbols_for(terminal).dash, missing[0]->name);
}

CtlExit arrival_exit(std::span<const ServiceView> services, const Expectation& expected) {
  const auto down = those(Arrival::Down, services, expected);
  const bool failed = std::any_of(down.begin(), down.end(), [](const ServiceView* service) {
    return !service->is(PublicState::Stopped);
  });
  if (failed) return CtlExit::Failed;
  if (!down.empty()) return CtlExit::NotRunning;
  return those(Arrival::Pending, services, expected).empty() ? CtlExit::Done : CtlExit::TimedOut;
}

}  // namespace mainstay::ctl
