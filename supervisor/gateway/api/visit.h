// One request that is being answered: what was asked, by whom, and the way back.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/access/visitor.h"
#include "gateway/api/httplib_adapter.h"
#include "gateway/api/parameters.h"
#include "gateway/api/route.h"
#include "gateway/api/upstream.h"
#include "gateway/front/exchange.h"

namespace mainstay::gateway {

class Visit {
 public:
  Visit(HttplibAdapter& http, std::shared_ptr<Exchange> exchange, ApiRequest request)
      : http_(http), exchange_(std::move(exchange)), request_(std::move(request)) {}
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  const ApiRequest& request() const { return request_; }
  const WebRequest& web() const { return exchange_->request(); }
  Exchange& exchange() const { return *exchange_; }
  const std::shared_ptr<Exchange>& shared_exchange() const { return exchange_; }

  const Route* route = nullptr;
  std::vector<PathArgument> path{};
  Arguments arguments{};
  Visitor visitor{};
  Actor actor() const;

  void answer(ApiResponse response) const;
  void answer_json(std::string_view result, int status = 200) const;
  void fail(int status, std::string_view code, std::string_view message) const;
  void fail(const Refusal& refusal) const;
  // What the controller refused.
  void fail(const Reply& reply) const;

 private:
  HttplibAdapter& http_;
  std::shared_ptr<Exchange> exchange_;
  ApiRequest request_;
};

// What an error may be called, and its status.
struct ErrorKind {
  std::string_view code;
  int status = 500;
};
std::span<const ErrorKind> error_kinds();

// The status for what the controller's errors are called: "no_such_service" is 404.
int status_of(std::string_view code);
ApiResponse response_to(const Refusal& refusal);
ApiResponse response_to(const Reply& failure);

}  // namespace mainstay::gateway
