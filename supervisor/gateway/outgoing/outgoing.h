// HTTP requests over libcurl on our loop: one thread, a connection of its own for every request, so
// that each check sees what a new visitor would, and nothing of one is left for another.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "checks/http_request.h"
#include "gateway/outgoing/answer.h"
#include "gateway/outgoing/target.h"
#include "io/loop.h"

namespace mainstay::gateway {

class Outgoing {
 public:
  explicit Outgoing(io::Loop& loop);
  ~Outgoing();  // drops what is under way
  Outgoing(const Outgoing&) = delete;
  Outgoing& operator=(const Outgoing&) = delete;

  // Calls `done` once, from the loop or, when it cannot even begin, from here. `addresses` are
  // those of a target that needs a look-up; `time` is what is left of its timeout.
  void start(std::uint64_t token, const checks::HttpRequest& request, const Target& target,
             const std::vector<std::string>& addresses, Duration time,
             std::function<void(Answer)> done);
  // `done` is not called any more. Unknown tokens are ignored.
  void cancel(std::uint64_t token);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mainstay::gateway
