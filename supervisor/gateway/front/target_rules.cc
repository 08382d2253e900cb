#include "gateway/front/target_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "gateway/front/head_rules.h"

namespace mainstay::gateway {

namespace {

// -1: no hexadecimal digit.
int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// The byte that %xx at `at` stands for; -1: it stands for none.
int encoded_byte(std::string_view text, std::size_t at) {
  if (at + 2 >= text.size() || text[at] != '%') return -1;
  const int high = hex(text[at + 1]);
  const int low = hex(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

std::optional<BadRequest> check_characters(std::string_view target) {
  for (std::size_t i = 0; i < target.size(); ++i) {
    const auto c = static_cast<unsigned char>(target[i]);
    if (c <= 0x20 || c >= 0x7f)
      return bad_request(fmt::format("the address has a byte 0x{:02x}; write it as %{:02X}", c, c));
    if (c == '#')
      return bad_request("the address has a #; what follows it is not sent to a server");
    if (c == '%' && encoded_byte(target, i) < 0)
      return bad_request(
          "a % in the address is not followed by two hexadecimal digits; % itself is %25");
  }
  return std::nullopt;
}

// Of a path whose every % is followed by two digits.
std::string decoded(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    const int byte = encoded_byte(path, i);
    out += byte < 0 ? path[i] : static_cast<char>(byte);
    if (byte >= 0) i += 2;
  }
  return out;
}

// Separators are those of any system, and those that were encoded as well.
bool climbs(std::string_view path) {
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find_first_of("/\\", at), path.size());
    if (path.substr(at, end - at) == "..") return true;
    at = end + 1;
  }
  return false;
}

std::optional<BadRequest> check_path(std::string_view path) {
  if (path.find('\\') != std::string_view::npos)
    return bad_request("the path has a backslash; segments are separated by /");
  const std::string plain = decoded(path);
  if (climbs(plain)) return bad_request("the path has a segment \"..\"");
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(plain, is_control))
    return bad_request("the path has an encoded control character");
  return std::nullopt;
}

}  // namespace

bool has_encoded_line_end(std::string_view text) {
  for (std::size_t at = text.find('%'); at != std::string_view::npos; at = text.find('%', at + 1)) {
    const int byte = encoded_byte(text, at);
    if (byte == '\r' || byte == '\n' || byte == '\0') return true;
  }
  return false;
}

std::optional<BadRequest> check_target(std::string_view target, const RequestLimits& limits) {
  if (!target.starts_with('/'))
    return bad_request("the address in the request line has to begin with /");
  const std::string_view path = target.substr(0, target.find('?'));
  if (path.size() > limits.path)
    return BadRequest{
        414, "too_long",
        fmt::format("a path may have {} bytes; this one has {}", limits.path, path.size())};
  if (auto bad = check_characters(target)) return bad;
  if (has_encoded_line_end(target))
    return bad_request("the address has an encoded line end or NUL (%0d, %0a or %00)");
  return check_path(path);
}

}  // namespace mainstay::gateway
