#include "web/binding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "checks/address.h"
#include "checks/gateway_descriptors.h"
#include "web/listening.h"

namespace mainstay::web {

namespace {

constexpr const char* kRetried = "; it is tried again every 5 seconds";

// What a name stands for may be more than a gateway is given; and each only once.
std::vector<io::SocketAddress> some_of(const std::vector<io::SocketAddress>& found,
                                       std::uint16_t port) {
  std::vector<io::SocketAddress> addresses;
  std::vector<std::string> known;
  for (io::SocketAddress address : found) {
    checks::set_port(address, port);
    const std::string text = checks::to_text(address);
    if (std::ranges::find(known, text) != known.end()) continue;
    if (addresses.size() + 1 == checks::kMaxGatewayDescriptors) break;
    known.push_back(text);
    addresses.push_back(address);
  }
  return addresses;
}

}  // namespace

Binding::Binding(io::Loop& loop, BindingOptions options, FindHolder find_holder,
                 std::function<void()> on_bound, std::function<void(const std::string&)> notice)
    : loop_(loop),
      options_(std::move(options)),
      find_holder_(std::move(find_holder)),
      on_bound_(std::move(on_bound)),
      notice_(std::move(notice)),
      again_(loop, [this] { attempt(); }) {}

void Binding::begin(std::vector<UniqueFd> bound) {
  sockets_ = std::move(bound);
  if (sockets_.empty()) return attempt();
  on_bound_();
}

void Binding::attempt() {
  const auto target = checks::parse_target(options_.listen);
  if (!target) return fail(target.error().message);
  if (target->name.empty()) return bind(target->addresses, target->port);
  // What every machine calls itself, whatever its name server says.
  if (target->name != "localhost") return look_up(target->name, target->port);
  bind(checks::parse_target(std::to_string(target->port))->addresses, target->port);
}

void Binding::look_up(const std::string& name, std::uint16_t port) {
  look_up_.emplace(loop_, name, [this, name, port](const auto& found) {
    if (found) return bind(some_of(*found, port), port);
    fail(fmt::format("cannot listen on {}: {}: {}", options_.listen, name, found.error().message));
  });
}

void Binding::bind(const std::vector<io::SocketAddress>& addresses, std::uint16_t port) {
  auto made = listen_on(addresses);
  if (made) {
    sockets_ = std::move(*made);
    if (!std::exchange(problem_, {}).empty())
      notice_(fmt::format("the page listens on {} now", options_.listen));
    return on_bound_();
  }
  if (!std::exchange(tried_, true)) return again_.start(options_.soon);
  if (made.error().code != EADDRINUSE) return fail(made.error().message);
  ask_for_holder(made.error().message, port);
}

void Binding::ask_for_holder(const std::string& why, std::uint16_t port) {
  find_holder_(port, [this, why](const std::string& holder) {
    fail(holder.empty() ? why : why + "; " + holder);
  });
}

void Binding::fail(const std::string& why) {
  if (why != problem_) notice_("no page: " + why + kRetried);
  problem_ = why;
  again_.start(options_.again);
}

}  // namespace mainstay::web
