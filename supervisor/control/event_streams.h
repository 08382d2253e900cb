// Clients that follow the events.
#pragma once

#include <cstdint>
#include <map>

#include "control/call.h"
#include "control/context.h"
#include "control/event_wish.h"

namespace mainstay::control {

class EventStreams {
 public:
  explicit EventStreams(Parts& parts) : parts_(parts) {}

  // Sends {"events":[…]} for every event with id >= `from` that is wanted, now and as they come:
  // each once, in the order of their numbers. What memory no longer has comes from the history;
  // what that does not have either is missing, and the numbers say so.
  void add(const Call& call, std::uint64_t from, EventWish wish);
  void after_settle();

 private:
  struct Follower {
    Call call;
    std::uint64_t next = 0;
    EventWish wish;
    bool reading = false;  // the history is being asked
  };

  void feed(std::uint64_t number, Follower& follower);
  void read(std::uint64_t number, Follower& follower, std::uint64_t end);
  void on_read(std::uint64_t number, std::uint64_t end,
               const Result<std::vector<runtime::Event>>& stored);
  static void send(Follower& follower, const std::vector<runtime::Event>& events);

  Parts& parts_;
  std::map<std::uint64_t, Follower> followers_;
  std::uint64_t last_number_ = 0;
};

}  // namespace mainstay::control
