#include "gateway/front/client_exchange.h"

#include "gateway/front/connection.h"

namespace mainstay::gateway {

ClientExchange::~ClientExchange() {
  if (const auto connection = connection_.lock()) connection->abandon();
}

void ClientExchange::answer(std::string response, bool close) {
  if (const auto connection = connection_.lock()) connection->answer(std::move(response), close);
}

void ClientExchange::begin(std::string head) {
  if (const auto connection = connection_.lock()) connection->begin(std::move(head));
}

void ClientExchange::push(std::string_view piece) {
  if (const auto connection = connection_.lock()) connection->push(piece);
}

void ClientExchange::end() {
  if (const auto connection = connection_.lock()) connection->end_stream();
}

std::size_t ClientExchange::unread() const {
  const auto connection = connection_.lock();
  return connection ? connection->unread() : 0;
}

void ClientExchange::on_taken(std::function<void()> callback) {
  if (open()) on_taken_ = std::move(callback);
}

void ClientExchange::on_gone(std::function<void()> callback) {
  if (open()) on_gone_ = std::move(callback);
}

std::function<void()> ClientExchange::detach() {
  connection_.reset();
  on_taken_ = nullptr;
  return std::exchange(on_gone_, nullptr);
}

}  // namespace mainstay::gateway
