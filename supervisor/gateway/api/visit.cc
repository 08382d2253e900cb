#include "gateway/api/visit.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace mainstay::gateway {

namespace {

constexpr std::array kErrors{
    // The controller's.
    ErrorKind{"invalid_params", 400}, ErrorKind{"invalid_request", 400},
    ErrorKind{"parse_error", 400}, ErrorKind{"too_long", 400}, ErrorKind{"invalid_config", 400},
    ErrorKind{"busy", 409}, ErrorKind{"changed_meanwhile", 409}, ErrorKind{"denied", 403},
    ErrorKind{"no_such_service", 404}, ErrorKind{"no_such_instance", 404},
    ErrorKind{"no_such_tag", 404}, ErrorKind{"no_such_monitor", 404},
    ErrorKind{"no_such_series", 404}, ErrorKind{"failed", 409}, ErrorKind{"not_running", 409},
    ErrorKind{"no_such_method", 501}, ErrorKind{"not_active", 501}, ErrorKind{"draining", 503},
    ErrorKind{"history_unavailable", 503}, ErrorKind{"timed_out", 503},
    ErrorKind{"too_many_requests", 503}, ErrorKind{"unavailable", 503},
    // The gate's.
    ErrorKind{"login_required", 401}, ErrorKind{"login_failed", 401}, ErrorKind{"csrf", 403},
    ErrorKind{"bad_origin", 403}, ErrorKind{"bad_host", 421}, ErrorKind{"too_many_logins", 429},
    // The router's.
    ErrorKind{"internal", 500}, ErrorKind{"bad_request", 400}, ErrorKind{"no_such_route", 404},
    ErrorKind{"no_such_file", 404}, ErrorKind{"method_not_allowed", 405},
    ErrorKind{"too_large", 413}, ErrorKind{"unsupported_media_type", 415}};

}  // namespace

std::span<const ErrorKind> error_kinds() {
  return kErrors;
}

int status_of(std::string_view code) {
  for (const auto& [name, status] : kErrors) {
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
