// The rules for the head of a request: each line by itself, then the headers together. Stricter
// than RFC 9112, so that nothing behind the front can read a request in another way. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/front/limits.h"
#include "gateway/front/refusal_answer.h"
#include "gateway/front/request.h"

namespace mainstay::gateway {

struct RequestLine {
  std::string method;
  std::string target;
  bool http_1_1 = true;
};

// `line` without its CR LF.
std::variant<RequestLine, BadRequest> read_request_line(std::string_view line,
                                                        const RequestLimits& limits);
std::variant<Header, BadRequest> read_header(std::string_view line);

// What the headers say about the message itself.
struct Framing {
  std::size_t body = 0;    // bytes
  bool keep_alive = true;  // the client wants to ask more over this connection
  bool awaits_go = false;  // it sends the body once it is told to (Expect: 100-continue)
};

std::variant<Framing, BadRequest> read_framing(const RequestLine& line,
                                               const std::vector<Header>& headers,
                                               const RequestLimits& limits);

// Whether a request may begin with that byte: of a method, or of an empty line before it.
bool begins_request(char byte);

BadRequest bad_request(std::string message);

}  // namespace mainstay::gateway
