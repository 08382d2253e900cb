// One complete HTTP request that keeps the front's rules. A value; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mainstay::gateway {

struct Header {
  std::string name;  // in lower case
  std::string value;
  bool operator==(const Header&) const = default;
};

struct WebRequest {
  std::string method;           // "GET"
  std::string target;           // path and query, as they were sent
  std::vector<Header> headers;  // but Expect, which is between the client and the front
  std::string head;             // as it was sent, but Expect: request line, headers, empty line
  std::string body;
  std::string address;  // of the client: "127.0.0.1", "::1"
  std::uint16_t port = 0;
  bool loopback = false;   // the client is on this machine
  bool encrypted = false;  // came over TLS

  // Of the first header of that name; empty: there is none.
  std::string_view header(std::string_view lower_case_name) const {
    for (const Header& each : headers)
      if (each.name == lower_case_name) return each.value;
    return {};
  }
};

}  // namespace mainstay::gateway
