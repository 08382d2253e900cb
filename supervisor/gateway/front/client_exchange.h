// The exchange of a connection's current request.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "gateway/front/exchange.h"

namespace mainstay::gateway {

class Connection;

class ClientExchange final : public Exchange {
 public:
  ClientExchange(std::weak_ptr<Connection> connection, WebRequest request)
      : connection_(std::move(connection)), request_(std::move(request)) {}
  // Unanswered: the client is told that it will never be.
  ~ClientExchange() override;

  const WebRequest& request() const override { return request_; }
  bool open() const override { return !connection_.expired(); }
  void answer(std::string response, bool close) override;
  void begin(std::string head) override;
  void push(std::string_view piece) override;
  void end() override;
  std::size_t unread() const override;
  void on_taken(std::function<void()> callback) override;
  void on_gone(std::function<void()> callback) override;

  // It is over; what is to be called if that is because the client went away.
  std::function<void()> detach();
  // What is to be called when all was taken; may be empty.
  const std::function<void()>& taken() const { return on_taken_; }

 private:
  std::weak_ptr<Connection> connection_;
  WebRequest request_;
  std::function<void()> on_gone_;
  std::function<void()> on_taken_;
};

}  // namespace mainstay::gateway
