#include "control/event_streams.h"

#include <algorithm>
#include <utility>

#include "control/service_object.h"
#include "history/history.h"

namespace mainstay::control {

namespace {

constexpr std::size_t kSentAtOnce = 256;

}  // namespace

void EventStreams::add(const Call& call, std::uint64_t from, EventWish wish) {
  const auto [added, fresh] = followers_.emplace(
      ++last_number_, Follower{call, std::max<std::uint64_t>(1, from), std::move(wish)});
  feed(added->first, added->second);
}

void EventStreams::after_settle() {
  if (followers_.empty()) return;
  std::erase_if(followers_, [](const auto& entry) { return !entry.second.call.open(); });
  for (auto& [number, follower] : followers_)
    feed(number, follower);
}

void EventStreams::feed(std::uint64_t number, Follower& follower) {
  while (!follower.reading && follower.next < parts_.controller.next_event_id() &&
         follower.call.keeps_up()) {
    const std::uint64_t first = parts_.controller.first_event_id();
    if (follower.next < first) return read(number, follower, first);
    const auto events = parts_.controller.events_since(follower.next, kSentAtOnce);
    if (events.empty()) return;
    follower.next = events.back().id + 1;
    send(follower, events);
  }
}

void EventStreams::read(std::uint64_t number, Follower& follower, std::uint64_t end) {
  follower.reading = true;
  auto query = follower.wish.query(follower.next, end);
  query.limit = kSentAtOnce;
  parts_.history.events(std::move(query),
                        [this, number, end](const Result<std::vector<runtime::Event>>& stored) {
                          on_read(number, end, stored);
                        });
}

void EventStreams::on_read(std::uint64_t number, std::uint64_t end,
                           const Result<std::vector<runtime::Event>>& stored) {
  const auto found = followers_.find(number);
  if (found == followers_.end()) return;
  Follower& follower = found->second;
  follower.reading = false;
  const bool more = stored && stored->size() == kSentAtOnce;
  follower.next = more ? stored->back().id + 1 : end;
  if (stored) send(follower, *stored);
  feed(number, follower);
}

void EventStreams::send(Follower& follower, const std::vector<runtime::Event>& events) {
  JsonWriter out;
  out.open_object().key("events").open_list();
  bool any = false;
  for (const auto& event : events) {
    if (!follower.wish.wants(event)) continue;
    write_event(out, event);
    any = true;
  }
  out.close_list().close_object();
  if (any) follower.call.item(out.take());
}

}  // namespace mainstay::control
