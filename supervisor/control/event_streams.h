// Clients that follow the events.
#pragma once

#include <cstdint>
#include <vector>

#include "control/call.h"
#include "control/context.h"
#include "control/target_filter.h"

namespace mainstay::control {

class EventStreams {
 public:
  explicit EventStreams(Parts& parts) : parts_(parts) {}

  // Sends {"events":[…]} for every event with id >= `from` that passes `filter`, now and as they
  // come. A client that is so slow that events are forgotten before it took them sees the gap in
  // their numbers.
  void add(const Call& call, std::uint64_t from, TargetFilter filter);
  void after_settle();

 private:
  struct Follower {
    Call call;
    std::uint64_t next = 0;
    TargetFilter filter;
  };

  void feed(Follower& follower);

  Parts& parts_;
  std::vector<Follower> followers_;
};

}  // namespace mainstay::control
