#include "gateway/front/header_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "base/text.h"
#include "gateway/front/head_rules.h"
#include "gateway/front/target_rules.h"

namespace mainstay::gateway {

namespace {

// 18 digits fit into 64 bits, whoever counts them.
bool is_position(std::string_view text) {
  return text.size() <= 18 && std::ranges::all_of(text, is_digit);
}

// One range: "bytes=0-499", "bytes=500-", "bytes=-500".
bool is_one_range(std::string_view value) {
  constexpr std::string_view kUnit = "bytes=";
  if (!value.starts_with(kUnit)) return false;
  value.remove_prefix(kUnit.size());
  const std::size_t dash = value.find('-');
  return dash != std::string_view::npos && value.size() > 1 && is_position(value.substr(0, dash)) &&
         is_position(value.substr(dash + 1));
}

std::optional<BadRequest> check_host(std::string_view host) {
  const auto fits = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view{".-_:[]%"}.find(c) != std::string_view::npos;
  };
  if (!host.empty() && std::ranges::all_of(host, fits)) return std::nullopt;
  return bad_request("header host is not a name or an address, with or without a port");
}

// Of what decides who is asked, what, and by whom, there is one or none.
std::optional<BadRequest> check_single(const std::vector<Header>& headers) {
  constexpr std::array<std::string_view, 11> kSingle{
      "host",   "content-length", "content-type", "authorization", "cookie",      "origin",
      "expect", "range",          "if-range",     "last-event-id", "x-csrf-token"};
  std::array<int, kSingle.size()> seen{};
  for (const Header& header : headers) {
    const auto found = std::ranges::find(kSingle, std::string_view{header.name});
    if (found == kSingle.end()) continue;
    if (++seen[static_cast<std::size_t>(found - kSingle.begin())] > 1)
      return bad_request(fmt::format("header {} is there more than once", header.name));
  }
  return std::nullopt;
}

const Header* find(const std::vector<Header>& headers, std::string_view name) {
  const auto found = std::ranges::find(headers, name, &Header::name);
  return found == headers.end() ? nullptr : &*found;
}

std::variant<std::size_t, BadRequest> read_length(const std::vector<Header>& headers,
                                                  const RequestLimits& limits) {
  const Header* header = find(headers, "content-length");
  if (header == nullptr) return std::size_t{0};
  const std::string& text = header->value;
  if (text.empty() || !std::ranges::all_of(text, is_digit))
    return bad_request("header content-length is not one number of digits");
  std::size_t length = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (failed != std::errc{} || length > limits.body)
    return BadRequest{413, "too_large",
                      fmt::format("a body may have {} bytes; this one is longer", limits.body)};
  return length;
}

bool keeps_alive(bool http_1_1, const std::vector<Header>& headers) {
  bool keep = http_1_1;
  for (const Header& header : headers) {
    if (header.name != "connection") continue;
    for (std::string_view word : split(header.value, ',')) {
      word = word.substr(std::min(word.find_first_not_of(" \t"), word.size()));
      word = word.substr(0, word.find_last_not_of(" \t") + 1);
      if (equals_ignoring_case(word, "close")) return false;
      if (equals_ignoring_case(word, "keep-alive")) keep = true;
    }
  }
  return keep;
}

}  // namespace

std::optional<BadRequest> check_header(const Header& header) {
  const std::string& name = header.name;
  if (name == "transfer-encoding")
    return BadRequest{501, "transfer_encoding",
                      "header transfer-encoding is not served; say the length of the body in "
                      "content-length"};
  if (name == "content-encoding")
    return BadRequest{415, "content_encoding",
                      "header content-encoding is not served; send the body as it is"};
  if (name.starts_with("remote_") || name.starts_with("local_"))
    return bad_request(fmt::format("header {} is not for clients to send", name));
  // Cookies of others on the same host come along, and may hold anything.
  if (name != "cookie" && has_encoded_line_end(header.value))
    return bad_request(
        fmt::format("header {} has an encoded line end or NUL (%0d, %0a or %00)", name));
  if (name == "host") return check_host(header.value);
  if (name == "range" && !is_one_range(header.value))
    return BadRequest{416, "bad_range", "header range is not one range of bytes, as bytes=0-499"};
  return std::nullopt;
}

std::variant<Framing, BadRequest> read_framing(const RequestLine& line,
                                               const std::vector<Header>& headers,
                                               const RequestLimits& limits) {
  if (auto bad = check_single(headers)) return *std::move(bad);
  if (line.http_1_1 && find(headers, "host") == nullptr)
    return bad_request("header host is missing");
  auto length = read_length(headers, limits);
  if (auto* bad = std::get_if<BadRequest>(&length)) return std::move(*bad);
  Framing framing{std::get<std::size_t>(length), keeps_alive(line.http_1_1, headers), false};
  if (framing.body > 0 && (line.method == "GET" || line.method == "HEAD"))
    return bad_request(fmt::format("a {} has no body", line.method));
  if (const Header* expect = find(headers, "expect"); expect != nullptr && line.http_1_1) {
    if (!equals_ignoring_case(expect->value, "100-continue"))
      return BadRequest{417, "expectation_failed", "header expect may only say 100-continue"};
    framing.awaits_go = framing.body > 0;
  }
  return framing;
}

}  // namespace mainstay::gateway
