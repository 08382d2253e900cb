// Sessions of people who logged in. All of one is in its cookie, signed: the gateway may die and
// forget, and they go on. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mainstay::gateway {

struct Session {
  std::string user;
  std::uint64_t generation = 0;  // of the user's password
  std::string id;                // 32 digits 0-9a-f
  std::int64_t created = 0;      // seconds since 1970
  std::int64_t seen = 0;         // by and by, not every time
  bool operator==(const Session&) const = default;
};

inline constexpr std::chrono::seconds kSessionIdle = std::chrono::hours{12};
inline constexpr std::chrono::seconds kSessionLife = std::chrono::hours{7 * 24};
// One that was seen longer ago gets a fresh cookie.
inline constexpr std::chrono::seconds kSessionRenewal = std::chrono::minutes{10};

// When it ends if it is used all the time.
std::int64_t last_end(const Session& session);
bool is_over(const Session& session, std::int64_t now);
bool wants_renewal(const Session& session, std::int64_t now);

// The value of the cookie. `key` is secret.
std::string sign(const Session& session, std::string_view key);
// Nothing for what was not signed with that key.
std::optional<Session> verify(std::string_view cookie, std::string_view key);
// What changing requests of that session have to bring along.
std::string csrf_token(const Session& session, std::string_view key);

// "__Host-mainstay-9615" when it only travels encrypted, else "mainstay-9615".
std::string cookie_name(bool encrypted, std::string_view port);
// For Set-Cookie; an empty value ends the cookie.
std::string set_cookie(std::string_view name, std::string_view value, bool encrypted);
// Values of the cookies of that name in a Cookie header, as they come; some at most.
std::vector<std::string_view> cookies_named(std::string_view header, std::string_view name);

}  // namespace mainstay::gateway
