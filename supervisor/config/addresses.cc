#include "config/addresses.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/socket_url.h"
#include "config/field.h"

namespace mainstay::config {

namespace {

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  return failed == std::errc{} && end == text.data() + text.size() && port > 0 && port <= 65535;
}

bool is_visible(char c) {
  return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
}

bool is_host(std::string_view text) {
  if (text.starts_with('[')) {
    return text.size() > 2 && text.ends_with(']') &&
           text.find_first_not_of("0123456789abcdefABCDEF:.", 1) == text.size() - 1;
  }
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

bool is_host_with_port(std::string_view text, bool port_needed) {
  const std::size_t colon = text.rfind(':');
  const bool in_brackets =
      colon != std::string_view::npos && text.find(']', colon) != std::string_view::npos;
  if (colon == std::string_view::npos || in_brackets) return !port_needed && is_host(text);
  return is_host(text.substr(0, colon)) && is_port(text.substr(colon + 1));
}

// The host and port of a URL, without scheme, user and path.
std::string_view authority(std::string_view after_scheme) {
  std::string_view found = after_scheme.substr(0, after_scheme.find_first_of("/?#"));
  const std::size_t user_end = found.rfind('@');
  return user_end == std::string_view::npos ? found : found.substr(user_end + 1);
}

// What follows one of two schemes, or nothing.
std::optional<std::string_view> after_scheme(std::string_view text, std::string_view one,
                                             std::string_view other) {
  for (const std::string_view scheme : {one, other}) {
    if (text.starts_with(scheme)) return text.substr(scheme.size());
  }
  return std::nullopt;
}

std::string too_long_for_a_socket(std::string_view text) {
  return fmt::format("{} is too long for a socket; {} bytes are allowed", in_quotes(text),
                     kMaxSocketPath);
}

}  // namespace

std::string problem_of_host_port(std::string_view text, bool port_alone) {
  if (is_host_with_port(text, true) || (port_alone && is_port(text))) return {};
  return fmt::format("{} is not host:port; write it like 127.0.0.1:8000{}", in_quotes(text),
                     port_alone ? " or 8000" : "");
}

std::string problem_of_url(std::string_view text) {
  const auto rest = after_scheme(text, "http://", "https://");
  const bool visible = std::all_of(text.begin(), text.end(), is_visible);
  const auto over_socket = split_socket_url(text);
  if (over_socket && over_socket->path.size() > kMaxSocketPath) return too_long_for_a_socket(text);
  if (over_socket && visible) return {};
  if (rest && visible && is_host_with_port(authority(*rest), false)) return {};
  return fmt::format("{} is not a URL; write it like http://127.0.0.1:8000/health",
                     in_quotes(text));
}

std::string problem_of_listen(std::string_view text) {
  if (text.starts_with("tcp://") && is_host_with_port(text.substr(6), true)) return {};
  const bool unix_path = text.starts_with("unix:///") && text.size() > 8;
  if (unix_path && text.size() - 7 <= kMaxSocketPath) return {};
  if (unix_path) return too_long_for_a_socket(text);
  return fmt::format(
      "{} is not an address to listen on; write it like tcp://0.0.0.0:8000 or unix:///run/web.sock",
      in_quotes(text));
}

std::string problem_of_smtp(std::string_view text) {
  const auto rest = after_scheme(text, "smtp://", "smtps://");
  const bool visible = std::all_of(text.begin(), text.end(), is_visible);
  if (rest && visible && is_host_with_port(authority(*rest), false)) return {};
  return "is not a mail server; write it like smtps://user@mail.example.org";
}

std::string problem_of_mail_address(std::string_view text) {
  const std::size_t at = text.find('@');
  const bool whole = at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
                     text.find('@', at + 1) == std::string_view::npos;
  if (whole && std::all_of(text.begin(), text.end(), is_visible)) return {};
  return fmt::format("{} is not a mail address", in_quotes(text));
}

bool is_loopback(std::string_view host_port) {
  const std::string_view host = host_port.substr(0, host_port.rfind(':'));
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

}  // namespace mainstay::config
