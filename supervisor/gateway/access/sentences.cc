#include "gateway/access/sentences.h"

#include <fmt/format.h>

#include <chrono>

#include "base/text.h"
#include "mainstay/access.h"

namespace mainstay::gateway::sentences {

namespace {

constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kMisdirected = 421;
constexpr int kTooMany = 429;
constexpr int kUnavailable = 503;

}  // namespace

Refusal not_ready() {
  return {kUnavailable, "unavailable", "the supervisor is starting; try again",
          std::chrono::seconds{1}};
}

Refusal not_encrypted() {
  return {kForbidden, "denied",
          "other machines are let in over TLS only; set web.tls, or web.allow_remote_without_tls "
          "where the network is trusted"};
}

Refusal bad_host(std::string_view host, std::string_view listen) {
  constexpr std::size_t kLongest = 64;
  const auto colon = listen.rfind(':');
  const std::string_view port = colon == listen.npos ? std::string_view{} : listen.substr(colon);
  return {kMisdirected, "bad_host",
          fmt::format("'{}' is no name of this page: a foreign name that leads here would let "
                      "foreign scripts in; use http://localhost{} on the machine itself, its "
                      "address or name where it may be reached from others, or TLS",
                      to_valid_utf8(host.substr(0, kLongest)), port)};
}

Refusal bad_origin() {
  return {kForbidden, "bad_origin", "a page of another origin sent this request; only our own may"};
}

Refusal bad_token() {
  return {kUnauthorized, "login_required",
          "the token is not known here: it was revoked, or it is of another supervisor; on the "
          "machine: ctl token create NAME"};
}

Refusal bad_csrf() {
  return {kForbidden, "csrf",
          "the header X-CSRF-Token is missing or not that of the session; GET /api/v1/session has "
          "it as \"csrf\""};
}

Refusal only_reading() {
  return {kForbidden, "denied",
          "without a password only reading is allowed; on the machine: ctl password USER"};
}

Refusal only_this_machine(bool loopback) {
  return {
      kForbidden, "denied",
      fmt::format("nobody has a password or token here yet{}; on the machine: ctl password USER",
                  loopback ? ", and a request that a proxy passed on is not from this machine"
                           : ", so only the machine itself is let in")};
}

Refusal nobody_can_log_in() {
  return {kForbidden, "denied",
          "nobody can log in: no user has a password; on the machine: ctl password USER"};
}

Refusal login_required(bool can_log_in) {
  return {kUnauthorized, "login_required",
          can_log_in ? "log in, or send a token: Authorization: Bearer ms_…"
                     : "send a token: Authorization: Bearer ms_…; to log in a user needs a "
                       "password, on the machine: ctl password USER"};
}

Refusal not_enough(std::string_view who, AccessLevel has, AccessLevel needs) {
  return {kForbidden, "denied",
          fmt::format("{} may {}; this needs {}", who, to_string(has), to_string(needs))};
}

Refusal login_failed() {
  return {kUnauthorized, "login_failed", "no user has that name and password"};
}

Refusal too_many_logins(Duration wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
  return {kTooMany, "too_many_logins",
          fmt::format("too many log-ins failed; try again in {}", format_duration(seconds)),
          seconds};
}

}  // namespace mainstay::gateway::sentences
