#include <fmt/format.h>

#include "gateway/api/health.h"
#include "gateway/api/json_text.h"

namespace mainstay::gateway {

namespace {

// The members of a service object that matter here, read in one pass.
struct Seen {
  std::string_view name;
  std::optional<PublicState> state;
  std::string_view health;
  std::string_view reason;
  bool ready = false;
  bool enabled = false;
  bool held_down = false;
};

Seen read(std::string_view service) {
  Seen seen;
  for_each_member(service, [&seen](std::string_view name, std::string_view value) {
    if (name == "name") seen.name = value;
    if (name == "state") seen.state = public_state_from(plain_string(value).value_or(""));
    if (name == "health") seen.health = value;
    if (name == "reason") seen.reason = value;
    if (name == "ready") seen.ready = value == "true";
    if (name == "enabled") seen.enabled = value == "true";
    if (name == "held_down") seen.held_down = value == "true";
  });
  return seen;
}

bool is_unhealthy(const Seen& seen) {
  return plain_string(seen.health) == "unhealthy";
}

bool fails(const Seen& seen) {
  return seen.enabled && (seen.state == PublicState::Failed || is_unhealthy(seen));
}

bool is_on_its_way(const Seen& seen) {
  if (!seen.enabled || seen.held_down || !seen.state) return false;
  switch (*seen.state) {
    case PublicState::Waiting:
    case PublicState::Starting:
    case PublicState::Backoff:
    case PublicState::Failed:
      return true;
    case PublicState::Running:
      return !seen.ready;
    case PublicState::Stopped:
    case PublicState::Stopping:
    case PublicState::Exited:
      return false;
  }
  return false;
}

}  // namespace

ServiceCounts count_services(std::string_view services) {
  ServiceCounts counts;
  for_each_element(services, [&counts](std::string_view service) {
    const Seen seen = read(service);
    ++counts.all;
    if (seen.state) ++counts.by_state[static_cast<std::size_t>(*seen.state)];
    if (is_unhealthy(seen)) ++counts.unhealthy;
    if (!fails(seen) || !seen.state) return;
    if (!counts.attention.empty()) counts.attention += ',';
    counts.attention += fmt::format(R"({{"name":{},"state":"{}","health":{},"reason":{}}})",
                                    seen.name, to_string(*seen.state), seen.health, seen.reason);
  });
  return counts;
}

bool is_healthy(std::string_view services) {
  bool healthy = true;
  for_each_element(services, [&healthy](std::string_view each) {
    if (fails(read(each))) healthy = false;
  });
  return healthy;
}

bool is_ready(std::string_view services) {
  bool ready = true;
  for_each_element(services, [&ready](std::string_view each) {
    if (is_on_its_way(read(each))) ready = false;
  });
  return ready;
}

}  // namespace mainstay::gateway
