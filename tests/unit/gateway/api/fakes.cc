#include "unit/gateway/api/fakes.h"

namespace mainstay::gateway {

std::string FakeExchange::header(const std::string& name) const {
  const auto begin = text.find("\r\n" + name + ": ");
  if (begin == std::string::npos || begin > text.find("\r\n\r\n")) return "";
  const auto value = begin + name.size() + 4;
  return text.substr(value, text.find("\r\n", value) - value);
}

WebRequest request(const std::string& method, const std::string& target, const std::string& body,
                   std::vector<Header> headers) {
  WebRequest made;
  made.method = method;
  made.target = target;
  made.body = body;
  made.address = "127.0.0.1";
  made.port = 50312;
  made.loopback = true;
  headers.push_back({"host", "127.0.0.1:9615"});
  if (!body.empty()) headers.push_back({"content-length", std::to_string(body.size())});
  made.head = method + " " + target + " HTTP/1.1\r\n";
  for (const Header& each : headers)
    made.head += each.name + ": " + each.value + "\r\n";
  made.head += "\r\n";
  made.headers = std::move(headers);
  return made;
}

WebRequest get(const std::string& target, const std::vector<Header>& headers) {
  return request("GET", target, "", headers);
}

}  // namespace mainstay::gateway
