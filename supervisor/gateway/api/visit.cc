#include "gateway/api/visit.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace mainstay::gateway {

namespace {

constexpr std::array<std::pair<std::string_view, int>, 19> kStatuses{{
    {"invalid_params", 400},   {"invalid_request", 400},
    {"parse_error", 400},      {"too_long", 400},
    {"denied", 403},           {"no_such_service", 404},
    {"no_such_instance", 404}, {"no_such_tag", 404},
    {"no_such_monitor", 404},  {"no_such_series", 404},
    {"failed", 409},           {"not_running", 409},
    {"no_such_method", 501},   {"not_active", 501},
    {"draining", 503},         {"history_unavailable", 503},
    {"timed_out", 503},        {"too_many_requests", 503},
    {"unavailable", 503},
}};

}  // namespace

int status_of(std::string_view code) {
  for (const auto& [name, status] : kStatuses) {
    if (name == code) return status;
  }
  return 500;
}

ApiResponse response_to(const Refusal& refusal) {
  auto response = error_response(refusal.status, refusal.code, refusal.message);
  if (refusal.retry_after)
    response.headers.emplace_back("Retry-After", std::to_string(refusal.retry_after->count()));
  // Without a challenge 401 is against the rules; of this one no browser asks for a password.
  if (refusal.status == 401)
    response.headers.emplace_back("WWW-Authenticate", R"(Bearer realm="mainstay")");
  return response;
}

ApiResponse response_to(const Reply& failure) {
  const int status = status_of(failure.code);
  auto response = error_response(status, failure.code, failure.message);
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

Actor Visit::actor() const {
  return {visitor.who, visitor.from, visitor.level.value_or(AccessLevel::Read)};
}

void Visit::answer(ApiResponse response) const {
  if (!exchange_->open()) return;
  const bool close = request_.close;
  if (!visitor.set_cookie.empty()) response.headers.emplace_back("Set-Cookie", visitor.set_cookie);
  exchange_->answer(http_.write(response, request_.method == "HEAD", close), close);
}

void Visit::answer_json(std::string_view result, int status) const {
  ApiResponse response{.status = status};
  response.body.reserve(result.size() + 1);
  response.body.append(result).append("\n");
  answer(std::move(response));
}

void Visit::fail(int status, std::string_view code, std::string_view message) const {
  answer(error_response(status, code, message));
}

void Visit::fail(const Refusal& refusal) const {
  answer(response_to(refusal));
}

void Visit::fail(const Reply& reply) const {
  answer(response_to(reply));
}

}  // namespace mainstay::gateway
