// A request to the API as cpp-httplib read it, and the answer that it is to write. Values.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mainstay::gateway {

// A parameter of the query, decoded.
struct QueryParameter {
  std::string name;
  std::string value;
  bool operator==(const QueryParameter&) const = default;
};

struct ApiRequest {
  std::string method;
  std::string path;                     // decoded
  std::vector<QueryParameter> query{};  // by name
  bool accepts_gzip = false;
  bool close = false;  // the connection ends with the answer
};

struct ApiResponse {
  int status = 200;
  std::string type = "application/json";
  std::string body{};
  std::vector<std::pair<std::string, std::string>> headers{};
};

// {"error":{"code":…,"message":…}}
ApiResponse error_response(int status, std::string_view code, std::string_view message);

}  // namespace mainstay::gateway
