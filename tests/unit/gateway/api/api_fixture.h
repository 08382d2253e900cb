// The router over fakes.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "gateway/api/router.h"
#include "io/loop.h"
#include "unit/gateway/api/fakes.h"

namespace mainstay::gateway {

struct ApiFixture {
  io::Loop loop{};
  FakeUpstream upstream{};
  FakeDoorman doorman{};
  WallTime wall{std::chrono::seconds{1'800'000'000}};
  Router router{loop, upstream, doorman, [this] { return wall; }};

  std::shared_ptr<FakeExchange> ask(WebRequest asked) {
    auto exchange = std::make_shared<FakeExchange>(std::move(asked));
    router.handle(exchange);
    return exchange;
  }
  std::shared_ptr<FakeExchange> ask(const std::string& target,
                                    const std::vector<Header>& headers = {}) {
    return ask(get(target, headers));
  }
  std::shared_ptr<FakeExchange> post(const std::string& target, const std::string& body = "") {
    return ask(request("POST", target, body, {{"content-type", "application/json"}}));
  }
};

}  // namespace mainstay::gateway
