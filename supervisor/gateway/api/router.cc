#include "gateway/api/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "base/text.h"
#include "gateway/api/route.h"
#include "gateway/api/visit.h"

namespace mainstay::gateway {

namespace {

// Far more than any of ours needs, and far less than the controller takes.
constexpr std::size_t kLongestBody = 16 * 1024;

bool serves(const Route& route, std::string_view method) {
  return route.method == method || (route.method == "GET" && method == "HEAD");
}

// Finds the visit's route; otherwise answers with 404 or 405.
bool find_route(Visit& visit) {
  std::vector<std::string> allowed;
  for (const Route& route : routes()) {
    auto arguments = match(route.pattern, visit.request().path);
    if (!arguments) continue;
    if (serves(route, visit.request().method)) {
      visit.route = &route;
      visit.path = std::move(*arguments);
      return true;
    }
    allowed.emplace_back(route.method);
    if (route.method == "GET") allowed.emplace_back("HEAD");
  }
  if (allowed.empty()) {
    visit.fail(404, "no_such_route",
               "there is nothing at this address; /api/v1/openapi.json lists what there is");
    return false;
  }
  auto response = error_response(405, "method_not_allowed",
                                 fmt::format("this address takes {}", join(allowed, ", ")));
  response.headers.emplace_back("Allow", join(allowed, ", "));
  visit.answer(response);
  return false;
}

bool is_json(std::string_view type) {
  return equals_ignoring_case(trimmed(type.substr(0, type.find(';'))), "application/json");
}

// Reads query and body into the visit's arguments; otherwise answers.
bool read_arguments(Visit& visit, WallTime now) {
  const Route& route = *visit.route;
  Status read;
  if (!route.any_query) read = read_query(visit.request(), route.query, now, visit.arguments);
  const std::string& body = visit.web().body;
  if (read && visit.request().method == "POST") {
    if (body.size() > kLongestBody) {
      visit.fail(413, "too_large", "a body here has at most 16 KiB");
      return false;
    }
    if (!body.empty() && !is_json(visit.web().header("content-type"))) {
      visit.fail(415, "unsupported_media_type",
                 "a body must be JSON: send it with Content-Type: application/json");
      return false;
    }
    read = read_body(body, route.body, visit.arguments);
  }
  for (const auto& [name, value] : visit.path) {
    Json list = target_list(value);
    // "," is no way to say everything.
    const bool is_list = name == "targets" && !list.empty();
    visit.arguments.params[std::string{name}] = is_list ? list : Json(to_valid_utf8(value));
  }
  if (!read) visit.fail(400, "invalid_params", read.error().message);
  return read.ok();
}

}  // namespace

Router::Router(io::Loop& loop, Upstream& upstream, Doorman& doorman, std::function<WallTime()> now)
    : reads_(upstream),
      streams_(loop, upstream, reads_, doorman, now),
      means_{upstream, doorman, reads_, streams_, std::move(now)} {}

void Router::handle(std::shared_ptr<Exchange> exchange) {
  auto read = http_.read(exchange->request());
  if (const auto* problem = std::get_if<ApiResponse>(&read)) {
    exchange->answer(http_.write(*problem, false, true), true);
    return;
  }
  serve(std::make_shared<Visit>(http_, std::move(exchange), std::get<ApiRequest>(std::move(read))));
}

void Router::serve(const std::shared_ptr<Visit>& visit) {
  if (!find_route(*visit)) return;
  auto admitted = means_.doorman.admit(visit->web(), visit->route->need);
  if (const auto* refusal = std::get_if<Refusal>(&admitted)) return visit->fail(*refusal);
  visit->visitor = std::get<Visitor>(std::move(admitted));
  if (read_arguments(*visit, means_.now())) visit->route->handle(means_, visit);
}

}  // namespace mainstay::gateway
