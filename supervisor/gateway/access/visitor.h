// Who a request comes from, and what they may do.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "mainstay/protocol.h"

namespace mainstay::gateway {

struct Visitor {
  std::string who;  // "user ana", "token deploy"; empty: nobody we know
  // Nothing: may only log in, and see what /health says.
  std::optional<AccessLevel> level;
  std::string from;  // "127.0.0.1:50312"
  std::string csrf;  // of a session; empty: none, and none is wanted
  // For a Set-Cookie header of the answer: a session begins, goes on or ends. Empty: no such
  // header.
  std::string set_cookie{};
};

// Why a request is not served.
struct Refusal {
  int status = 403;  // 400 401 403 421 429 503
  std::string code;  // "denied", "login_required", "login_failed", "bad_host", "bad_origin",
                     // "csrf", "too_many_logins", "unavailable"
  std::string message;
  std::optional<std::chrono::seconds> retry_after{};
};

}  // namespace mainstay::gateway
