// What the controller tells the gateway about the page: everything it needs and cannot read itself,
// because it runs as nobody. Sent at the start and again, whole, when any of it changes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mainstay/protocol.h"

namespace mainstay::web {

struct User {
  std::string name;
  std::string password;  // crypt(5): yescrypt
  AccessLevel level = AccessLevel::Admin;
  std::uint64_t generation = 1;  // grows with every change: sessions of an older one are over
  bool operator==(const User&) const = default;
};

struct Token {
  std::string name;
  std::string sha256;  // of the secret, 64 hex digits: it has 256 bits of its own
  AccessLevel level = AccessLevel::Read;
  std::int64_t created_at = 0;  // seconds since 1970
  bool operator==(const Token&) const = default;
};

// A session that was logged out of, until it would have ended anyway.
struct EndedSession {
  std::string id;
  std::int64_t ends_at = 0;  // seconds since 1970
  bool operator==(const EndedSession&) const = default;
};

// Who may come in. Kept in <state dir>/access.json, 0600.
struct Access {
  std::vector<User> users;
  std::vector<Token> tokens;
  std::string session_key;  // 64 hex digits: signs the cookies of sessions
  std::vector<EndedSession> ended;
  bool operator==(const Access&) const = default;
};

struct Setup {
  std::string name;    // of the ecosystem
  std::string listen;  // "127.0.0.1:9615", as declared
  bool remote_without_tls = false;
  std::string certificate;  // PEM, with its chain; empty: no TLS
  std::string key;          // PEM
  Access access;
  bool operator==(const Setup&) const = default;
};

// As the frame WebSetup carries it.
std::string to_text(const Setup& setup);
Result<Setup> setup_from(std::string_view text);

}  // namespace mainstay::web
