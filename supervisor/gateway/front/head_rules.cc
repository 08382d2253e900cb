#include "gateway/front/head_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "gateway/front/header_rules.h"
#include "gateway/front/target_rules.h"

namespace mainstay::gateway {

namespace {

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_token_character);
}

std::optional<BadRequest> check_method(std::string_view method) {
  constexpr std::array kServed{"GET", "HEAD", "POST", "DELETE"};
  constexpr std::array kKnown{"PUT", "PATCH", "OPTIONS", "CONNECT", "TRACE"};
  if (std::ranges::find(kServed, method) != kServed.end()) return std::nullopt;
  if (std::ranges::find(kKnown, method) != kKnown.end())
    return BadRequest{405, "bad_method",
                      fmt::format("{} is not served here; use GET, HEAD, POST or DELETE", method)};
  return BadRequest{501, "bad_method",
                    "the method is not known here; use GET, HEAD, POST or DELETE, in capitals"};
}

// Nothing for 1.0 and 1.1.
std::optional<BadRequest> check_version(std::string_view version) {
  if (version == "HTTP/1.1" || version == "HTTP/1.0") return std::nullopt;
  const bool other =
      version.size() >= 6 && version.starts_with("HTTP/") && version[5] >= '0' && version[5] <= '9';
  if (other) return BadRequest{505, "bad_version", "this server speaks HTTP/1.1 and HTTP/1.0 only"};
  return bad_request("the request line does not end with HTTP/1.1 or HTTP/1.0");
}

bool is_value_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

}  // namespace

bool begins_request(char byte) {
  return is_token_character(byte) || byte == '\r';
}

BadRequest bad_request(std::string message) {
  return {400, "bad_request", std::move(message)};
}

std::variant<RequestLine, BadRequest> read_request_line(std::string_view line,
                                                        const RequestLimits& limits) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return bad_request("the request line is not METHOD /path HTTP/1.1");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method)) return bad_request("the request line does not begin with a method");
  if (auto bad = check_version(version)) return *std::move(bad);
  if (auto bad = check_method(method)) return *std::move(bad);
  if (auto bad = check_target(target, limits)) return *std::move(bad);
  return RequestLine{std::string{method}, std::string{target}, version == "HTTP/1.1"};
}

std::variant<Header, BadRequest> read_header(std::string_view line) {
  if (line.starts_with(' ') || line.starts_with('\t'))
    return bad_request("a header goes on in a second line, which is not allowed any more");
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return bad_request("a header has no colon");
  const std::string_view name = line.substr(0, colon);
  if (name.ends_with(' ') || name.ends_with('\t'))
    return bad_request("a header has a space before its colon");
  if (!is_token(name))
    return bad_request("the name of a header has characters that it may not have");
  Header header{to_lower(name), std::string{trimmed(line.substr(colon + 1))}};
  if (!std::ranges::all_of(header.value, is_value_character))
    return bad_request(fmt::format("header {} has a control character", header.name));
  if (auto bad = check_header(header)) return *std::move(bad);
  return header;
}

}  // namespace mainstay::gateway
