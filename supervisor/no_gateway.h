// HTTP checks where no gateway is installed: nobody can tell.
#pragma once

#include <functional>
#include <utility>

#include "checks/http_request.h"
#include "io/loop.h"

namespace mainstay {

class NoGateway final : public checks::HttpChecks {
 public:
  explicit NoGateway(io::Loop& loop) : timer_(loop, [this] { answer(); }) {}

  std::uint64_t request(checks::HttpRequest,
                        std::function<void(checks::HttpOutcome)> done) override {
    waiting_.emplace_back(next_, std::move(done));
    timer_.start(Duration{0});
    return next_++;
  }
  void cancel(std::uint64_t token) override {
    std::erase_if(waiting_, [token](const auto& one) { return one.first == token; });
  }

 private:
  void answer() {
    for (auto& [token, done] : std::exchange(waiting_, {}))
      done({.message = "there is no gateway to ask"});
  }

  io::Timer timer_;
  std::vector<std::pair<std::uint64_t, std::function<void(checks::HttpOutcome)>>> waiting_;
  std::uint64_t next_ = 1;
};

}  // namespace mainstay
