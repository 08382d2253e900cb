#include "gateway/access/host.h"

#include <arpa/inet.h>
#include <limits.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace mainstay::gateway {

namespace {

bool is_host_letter(char c) {
  return (to_lower(c) >= 'a' && to_lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

std::string without_brackets(std::string_view host) {
  return std::string{host.substr(1, host.size() - 2)};
}

bool is_ipv6(std::string_view host) {
  in6_addr ignored;
  return host.size() > 2 && host.front() == '[' && host.back() == ']' &&
         inet_pton(AF_INET6, without_brackets(host).c_str(), &ignored) == 1;
}

bool is_ipv4(std::string_view host) {
  in_addr ignored;
  return inet_pton(AF_INET, std::string{host}.c_str(), &ignored) == 1;
}

// "server.example.org" is called "server" and "server.local" too.
bool names_machine(std::string_view host, std::string_view machine) {
  if (machine.empty()) return false;
  const std::string first{machine.substr(0, machine.find('.'))};
  return equals_ignoring_case(host, machine) || equals_ignoring_case(host, first) ||
         equals_ignoring_case(host, first + ".local");
}

}  // namespace

std::string_view host_in(std::string_view authority) {
  const auto end = authority.starts_with('[') ? authority.find(']') : authority.find(':');
  const bool bracket = authority.starts_with('[');
  if (bracket && end == authority.npos) return {};
  const std::string_view host = authority.substr(0, bracket ? end + 1 : end);
  const std::string_view rest = authority.substr(host.size());
  const bool good_port =
      rest.empty() || (rest.front() == ':' && rest.size() > 1 && rest.size() <= 6 &&
                       rest.find_first_not_of("0123456789", 1) == rest.npos);
  const bool good_host =
      bracket ? is_ipv6(host) : std::all_of(host.begin(), host.end(), is_host_letter);
  return good_port && good_host ? host : std::string_view{};
}

std::string_view port_in(std::string_view authority) {
  const std::string_view host = host_in(authority);
  if (host.empty() || host.size() == authority.size()) return {};
  return authority.substr(host.size() + 1);
}

bool is_address(std::string_view host) {
  return is_ipv6(host) || is_ipv4(host);
}

bool is_loopback_host(std::string_view host) {
  if (equals_ignoring_case(host, "localhost") || equals_ignoring_case(host, "localhost."))
    return true;
  if (is_ipv4(host)) return host.starts_with("127.");
  in6_addr address;
  return is_ipv6(host) && inet_pton(AF_INET6, without_brackets(host).c_str(), &address) == 1 &&
         IN6_IS_ADDR_LOOPBACK(&address);
}

bool is_own_host(const WebRequest& request, const OwnNames& own) {
  const std::string_view host = host_in(request.header("host"));
  if (host.empty()) return false;
  if (request.encrypted || is_loopback_host(host)) return true;
  const std::string_view listening = host_in(own.listen);
  if (is_loopback_host(listening)) return false;
  return is_address(host) || equals_ignoring_case(host, listening) ||
         names_machine(host, own.machine);
}

bool is_foreign(const WebRequest& request) {
  const std::string_view site = request.header("sec-fetch-site");
  if (!site.empty()) return site != "same-origin" && site != "none";
  const std::string_view origin = request.header("origin");
  if (origin.empty()) return false;
  const std::string_view scheme = request.encrypted ? "https://" : "http://";
  const bool ours = origin.starts_with(scheme) &&
                    equals_ignoring_case(origin.substr(scheme.size()), request.header("host"));
  // A proxy that speaks TLS for us names itself in both.
  const bool proxied = !request.encrypted && origin.starts_with("https://") &&
                       equals_ignoring_case(origin.substr(8), request.header("host"));
  return !ours && !proxied;
}

bool is_forwarded(const WebRequest& request) {
  constexpr std::array<std::string_view, 4> kWrittenByProxies = {"forwarded", "x-forwarded-for",
                                                                 "x-real-ip", "via"};
  return std::any_of(kWrittenByProxies.begin(), kWrittenByProxies.end(),
                     [&](std::string_view name) { return !request.header(name).empty(); });
}

std::string machine_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace mainstay::gateway
