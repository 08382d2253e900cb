// cpp-httplib without sockets: it reads requests and writes responses, in memory.
//
// Nearly every answer has to wait for the controller, and cpp-httplib's handlers cannot wait. So a
// request passes through it twice: once to be read (the handler is then the router, which keeps the
// exchange), and once, when the answer is there, to be written. It never listens, reads no body
// (the front has it, with its limits kept), and its own routes, which are regular expressions that
// recurse, are never used: its hook before routing hands everything to our table.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "gateway/api/request.h"
#include "gateway/front/request.h"

namespace mainstay::gateway {

class HttplibAdapter {
 public:
  HttplibAdapter();
  ~HttplibAdapter();
  HttplibAdapter(const HttplibAdapter&) = delete;
  HttplibAdapter& operator=(const HttplibAdapter&) = delete;

  // The error is the response to what cannot be read; the connection is to be closed after it.
  std::variant<ApiRequest, ApiResponse> read(const WebRequest& request);
  // The whole response. `head_only`: the answer to HEAD, which has the length but not the body.
  std::string write(const ApiResponse& response, bool head_only, bool close);
  // The head of a response that goes on until the connection ends.
  static std::string stream_head(const ApiResponse& response);

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace mainstay::gateway
