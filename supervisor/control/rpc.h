// JSON-RPC 2.0 as text: requests in, answers out. Pure; takes any bytes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "mainstay/protocol.h"

namespace mainstay::control {

// Why a request is not done.
struct RpcFailure {
  RpcError error = RpcError::Failed;
  std::string code;     // data.code: "no_such_service", "invalid_params", …
  std::string message;  // a sentence
};

// The params object of a request. Only who reads it includes parsed_params.h, and JSON with it.
struct ParsedParams;

// Whom a connection asks for that speaks for others (the gateway): the member "as".
struct OnBehalf {
  std::string who;   // "user ana"; empty: nobody we know
  std::string from;  // "127.0.0.1:50312"; empty: the gateway itself
  AccessLevel level = AccessLevel::Read;
};

// A well-formed request. `id` is JSON text ("1", "\"a\"", "null"): that is all that is ever done
// with it.
struct Request {
  std::string id;
  std::string method;
  std::shared_ptr<const ParsedParams> params;  // never null
  std::optional<OnBehalf> as{};
};

// A request that is answered with an error; `id` is "null" where it could not be told.
struct Refusal {
  std::string id;
  RpcFailure failure;
};

// Valid, and without an id: nothing is to be answered, and nothing is done.
struct Notification {};

using Parsed = std::variant<Request, Refusal, Notification>;

// One line without its newline. Batches, nesting deeper than 16, ids that are neither number,
// string nor null, and ids longer than 128 bytes are refused.
Parsed parse_request(std::string_view line);

// Whole messages, newline included. `result` and `item` are JSON texts.
std::string answer_text(std::string_view id, std::string_view result);
std::string error_text(std::string_view id, const RpcFailure& failure);
std::string item_text(std::string_view id, std::string_view item);

}  // namespace mainstay::control
