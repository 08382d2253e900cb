#include "gateway/access/session.h"

#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "gateway/access/digest.h"

namespace mainstay::gateway {

namespace {

constexpr std::string_view kVersion = "1";
constexpr std::size_t kFields = 7;  // version, user, generation, id, created, seen, signature
constexpr std::size_t kLongestCookie = 512;
constexpr std::size_t kMostCookies = 8;

template <typename Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
  return problem == std::errc{} && end == text.data() + text.size();
}

std::string payload(const Session& session) {
  return fmt::format("{}:{}:{}:{}:{}:{}", kVersion, session.user, session.generation, session.id,
                     session.created, session.seen);
}

// What is signed for one purpose is of no use for the other.
std::string signature(std::string_view text, std::string_view key) {
  return hmac_sha256_hex(key, fmt::format("session\n{}", text));
}

}  // namespace

std::int64_t last_end(const Session& session) {
  return session.created + kSessionLife.count();
}

bool is_over(const Session& session, std::int64_t now) {
  return now >= last_end(session) || now - session.seen >= kSessionIdle.count();
}

bool wants_renewal(const Session& session, std::int64_t now) {
  return now - session.seen >= kSessionRenewal.count();
}

std::string sign(const Session& session, std::string_view key) {
  const std::string text = payload(session);
  return fmt::format("{}:{}", text, signature(text, key));
}

std::optional<Session> verify(std::string_view cookie, std::string_view key) {
  if (key.empty() || cookie.size() > kLongestCookie) return std::nullopt;
  const auto at = cookie.rfind(':');
  if (at == cookie.npos) return std::nullopt;
  const std::string_view text = cookie.substr(0, at);
  if (!equal_in_constant_time(cookie.substr(at + 1), signature(text, key))) return std::nullopt;
  const auto fields = split(text, ':');
  if (fields.size() != kFields - 1 || fields[0] != kVersion) return std::nullopt;
  Session session;
  session.user = fields[1];
  session.id = fields[3];
  const bool good = read_number(fields[2], session.generation) &&
                    read_number(fields[4], session.created) && read_number(fields[5], session.seen);
  return good ? std::optional{session} : std::nullopt;
}

std::string csrf_token(const Session& session, std::string_view key) {
  return hmac_sha256_hex(key, fmt::format("csrf\n{}", session.id));
}

std::string cookie_name(bool encrypted, std::string_view port) {
  return fmt::format("{}mainstay-{}", encrypted ? "__Host-" : "", port);
}

std::string set_cookie(std::string_view name, std::string_view value, bool encrypted) {
  return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}{}", name, value,
                     encrypted ? "; Secure" : "", value.empty() ? "; Max-Age=0" : "");
}

std::vector<std::string_view> cookies_named(std::string_view header, std::string_view name) {
  std::vector<std::string_view> values;
  while (!header.empty() && values.size() < kMostCookies) {
    const auto end = header.find(';');
    const std::string_view pair = trimmed(header.substr(0, end));
    if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=')
      values.push_back(pair.substr(name.size() + 1));
    header = end == header.npos ? std::string_view{} : header.substr(end + 1);
  }
  return values;
}

}  // namespace mainstay::gateway
