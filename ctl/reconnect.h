// Going on when the controller was replaced: the keeper holds the socket, so a new controller
// answers on it soon.
#pragma once

#include <optional>

#include "ctl/context.h"
#include "ctl/process_watch.h"

namespace mainstay::ctl {

class Reconnect {
 public:
  // Asks who the supervisor is; nothing happens yet.
  explicit Reconnect(Context& context);

  // Why not even this could be asked.
  const std::optional<Failure>& failure() const { return failure_; }

  // After `lost`: says so, connects again and says so. Nothing: go on. Else why it is over: the
  // supervisor itself has ended, nobody answered for kAnswerTime (--timeout), or we are
  // interrupted.
  std::optional<Failure> again(const Failure& lost);

 private:
  Context& context_;
  std::optional<ProcessWatch> keeper_;
  std::optional<Failure> failure_;
};

}  // namespace mainstay::ctl
