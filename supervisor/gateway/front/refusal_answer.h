// What a request that breaks the front's rules is told. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace mainstay::gateway {

struct BadRequest {
  int status = 400;
  std::string code;     // "bad_request", "too_large", …
  std::string message;  // what is wrong and, where we know it, what to do
  std::optional<std::chrono::seconds> retry_after{};
  bool operator==(const BadRequest&) const = default;
};

// The whole response, after which the connection ends. `to_head`: the request was a HEAD, whose
// answer has no body.
std::string refusal_answer(const BadRequest& why, bool to_head = false);

}  // namespace mainstay::gateway
