#include "gateway/front/refusal_answer.h"

#include <fmt/format.h>

#include <string_view>

#include "base/json.h"

namespace mainstay::gateway {

namespace {

std::string_view reason_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Refused";
  }
}

}  // namespace

std::string refusal_answer(const BadRequest& why, bool to_head) {
  const std::string body =
      dump_json(Json{{"error", {{"code", why.code}, {"message", why.message}}}}) + "\n";
  std::string out = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n"
      "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n",
      why.status, reason_of(why.status), body.size());
  if (why.status == 405) out += "Allow: GET, HEAD, POST, DELETE\r\n";
  if (why.retry_after) out += fmt::format("Retry-After: {}\r\n", why.retry_after->count());
  out += "\r\n";
  if (!to_head) out += body;
  return out;
}

}  // namespace mainstay::gateway
