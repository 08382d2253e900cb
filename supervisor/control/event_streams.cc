#include "control/event_streams.h"

#include <utility>

#include "control/service_object.h"

namespace mainstay::control {

void EventStreams::add(const Call& call, std::uint64_t from, TargetFilter filter) {
  followers_.push_back({call, from, std::move(filter)});
  feed(followers_.back());
}

void EventStreams::after_settle() {
  if (followers_.empty()) return;
  std::erase_if(followers_, [](const Follower& follower) { return !follower.call.open(); });
  for (Follower& follower : followers_)
    feed(follower);
}

void EventStreams::feed(Follower& follower) {
  constexpr std::size_t kAtOnce = 256;
  while (follower.next < parts_.controller.next_event_id() && follower.call.keeps_up()) {
    const auto events = parts_.controller.events_since(follower.next, kAtOnce);
    if (events.empty()) return;
    follower.next = events.back().id + 1;
    JsonWriter out;
    out.open_object().key("events").open_list();
    bool any = false;
    for (const auto& event : events) {
      if (!follower.filter.lets_through(event)) continue;
      write_event(out, event);
      any = true;
    }
    out.close_list().close_object();
    if (any) follower.call.item(out.take());
  }
}

}  // namespace mainstay::control
