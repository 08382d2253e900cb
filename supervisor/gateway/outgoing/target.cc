#include "gateway/outgoing/target.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/socket_url.h"

namespace mainstay::gateway {

namespace {

constexpr std::size_t kMaxHost = 253;

bool is_numeric(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

// RFC 6761: no resolver is asked about it.
bool is_localhost(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost");
}

bool is_host_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxHost &&
         std::all_of(text.begin(), text.end(), is_host_letter);
}

bool read_port(std::string_view text, std::uint16_t& port) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  return failed == std::errc{} && end == text.data() + text.size() && port > 0;
}

// "host", "host:80", "[::1]", "[::1]:80".
bool read_authority(std::string_view text, Target& out) {
  const bool bracketed = text.starts_with('[');
  const std::size_t host_end = bracketed ? text.find(']') : text.find(':');
  const std::string_view host = text.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0));
  out.host = std::string{host};
  if (bracketed && (host_end == std::string_view::npos || !is_numeric(out.host))) return false;
  if (!bracketed && !is_name(host)) return false;
  if (host_end == std::string_view::npos) return true;
  const std::string_view rest = text.substr(host_end + (bracketed ? 1 : 0));
  return rest.empty() || (rest.starts_with(':') && read_port(rest.substr(1), out.port));
}

Result<Target> socket_target(const SocketUrl& url) {
  if (url.path.size() > kMaxSocketPath)
    return Error{"cannot ask over " + url.path + ": its path is longer than 107 bytes"};
  Target target;
  target.url = url.scheme + "://localhost" + url.target;
  target.socket_path = target.shown = url.path;
  return target;
}

}  // namespace

Result<Target> target_of(const std::string& url) {
  if (const auto over_socket = split_socket_url(url)) return socket_target(*over_socket);
  Target target;
  target.url = url;
  const bool tls = url.starts_with("https://");
  // Its text is not repeated: it may hold a password.
  const Error no_url{"the URL of the check is not one; write it like http://127.0.0.1:8000/health"};
  if (!tls && !url.starts_with("http://")) return no_url;
  std::string_view authority = std::string_view{url}.substr(tls ? 8 : 7);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  authority.remove_prefix(authority.rfind('@') + 1);  // npos + 1 is 0
  target.port = tls ? 443 : 80;
  if (!read_authority(authority, target)) return no_url;
  target.is_localhost = is_localhost(target.host);
  target.needs_lookup = !is_numeric(target.host) && !target.is_localhost;
  const bool v6 = target.host.find(':') != std::string::npos;
  target.shown = (v6 ? "[" + target.host + "]" : target.host) + ":" + std::to_string(target.port);
  return target;
}

}  // namespace mainstay::gateway
