#include "checks/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <cstring>

#include "base/text.h"

namespace mainstay::checks {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = failed == std::errc{} && end == text.data() + text.size();
  return whole && port != 0 ? std::optional{port} : std::nullopt;
}

sockaddr_in& ipv4(io::SocketAddress& address) {
  return reinterpret_cast<sockaddr_in&>(address.bytes);
}
sockaddr_in6& ipv6(io::SocketAddress& address) {
  return reinterpret_cast<sockaddr_in6&>(address.bytes);
}

std::optional<io::SocketAddress> parse_number(const std::string& host) {
  io::SocketAddress address;
  if (inet_pton(AF_INET, host.c_str(), &ipv4(address).sin_addr) == 1) {
    address.bytes.ss_family = AF_INET;
    address.size = sizeof(sockaddr_in);
    return address;
  }
  if (inet_pton(AF_INET6, host.c_str(), &ipv6(address).sin6_addr) == 1) {
    address.bytes.ss_family = AF_INET6;
    address.size = sizeof(sockaddr_in6);
    return address;
  }
  return std::nullopt;
}

void add_number(Target& target, const std::string& host) {
  auto address = parse_number(host);
  if (!address) return;
  set_port(*address, target.port);
  target.addresses.push_back(*address);
}

Error no_target(std::string_view text) {
  return Error{fmt::format("'{}' is not host:port", escape_for_terminal(text, false))};
}

}  // namespace

Result<Target> parse_target(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const bool alone = colon == std::string_view::npos;
  const auto port = parse_port(alone ? text : text.substr(colon + 1));
  if (!port) return no_target(text);
  Target target{std::string{text}, {}, *port, {}};
  if (alone) {
    add_number(target, "127.0.0.1");
    add_number(target, "::1");
    return target;
  }
  std::string_view host = text.substr(0, colon);
  const bool in_brackets = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (in_brackets) host = host.substr(1, host.size() - 2);
  add_number(target, std::string{host});
  if (!target.addresses.empty()) return target;
  if (in_brackets || host.empty()) return no_target(text);
  target.name = host;
  return target;
}

void set_port(io::SocketAddress& address, std::uint16_t port) {
  // At the same place in both.
  static_assert(offsetof(sockaddr_in, sin_port) == offsetof(sockaddr_in6, sin6_port));
  ipv4(address).sin_port = htons(port);
}

std::string to_text(const io::SocketAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  io::SocketAddress copy = address;
  if (address.bytes.ss_family == AF_INET) {
    inet_ntop(AF_INET, &ipv4(copy).sin_addr, text.data(), text.size());
    return fmt::format("{}:{}", text.data(), ntohs(ipv4(copy).sin_port));
  }
  inet_ntop(AF_INET6, &ipv6(copy).sin6_addr, text.data(), text.size());
  return fmt::format("[{}]:{}", text.data(), ntohs(ipv6(copy).sin6_port));
}

bool is_connected_to_itself(int fd) {
  sockaddr_storage own{};
  sockaddr_storage other{};
  socklen_t own_size = sizeof own;
  socklen_t other_size = sizeof other;
  return getsockname(fd, reinterpret_cast<sockaddr*>(&own), &own_size) == 0 &&
         getpeername(fd, reinterpret_cast<sockaddr*>(&other), &other_size) == 0 &&
         own_size == other_size && std::memcmp(&own, &other, own_size) == 0;
}

}  // namespace mainstay::checks
