#include "ctl/waiting.h"

#include <fmt/format.h>

#include "base/text.h"

namespace mainstay::ctl {

namespace {

// A line that waits for a thousand must stay one.
constexpr std::size_t kMostListed = 6;

// While it stops or waits, the supervisor's reason says how far that is: "TERM sent 4 s ago, KILL
// in 6 s", "waits for database".
std::string detail(const ServiceView& service) {
  const bool explained = service.is(PublicState::Stopping) || service.is(PublicState::Waiting);
  if (explained && !service.reason.empty()) return service.reason;
  const std::string next = next_step(service);
  return next.empty() ? service.state : fmt::format("{}, {}", service.state, next);
}

template <typename Describe>
std::string listed(const std::vector<ServiceView>& services, const Describe& describe) {
  std::vector<std::string> parts;
  for (const ServiceView& service : services) {
    parts.push_back(fmt::format("{} ({})", service.name, describe(service)));
  }
  return join_some(parts, kMostListed);
}

}  // namespace

std::string Waiting::line(const Terminal& terminal) const {
  return fmt::format("{} {} {} {}", doing_, services_.size(), symbols_for(terminal).ellipsis,
                     listed(services_, detail));
}

std::string Waiting::names() const {
  return listed(services_, [](const ServiceView& service) { return service.state; });
}

}  // namespace mainstay::ctl
