// events.list and events.follow.
#include <algorithm>
#include <deque>
#include <limits>
#include <memory>
#include <utility>

#include "control/event_streams.h"
#include "control/event_wish.h"
#include "control/method.h"
#include "control/service_object.h"
#include "history/history.h"

namespace mainstay::control {

namespace {

// A list that is being put together: from memory, and where that does not reach, from the history.
struct Listing {
  Parts& parts;
  Call call;
  EventWish wish;
  std::uint64_t next = 1;
  std::deque<runtime::Event> found = {};
  std::string trouble = {};  // why the history could not be read

  bool is_full() const { return found.size() >= wish.limit; }
  void answer(std::uint64_t after) const;
};

using SharedListing = std::shared_ptr<Listing>;

void Listing::answer(std::uint64_t after) const {
  JsonWriter out;
  out.open_object().key("events").open_list();
  for (const auto& event : found)
    write_event(out, event);
  out.close_list().key("next").whole(static_cast<std::int64_t>(after));
  if (!trouble.empty()) out.key("incomplete").text(trouble);
  call.answer(out.close_object().take());
}

void add_from_memory(Listing& listing) {
  const auto all = std::numeric_limits<std::size_t>::max();
  for (auto& event : listing.parts.controller.events_since(listing.next, all)) {
    if (listing.is_full()) return;
    listing.next = event.id + 1;
    if (listing.wish.wants(event)) listing.found.push_back(std::move(event));
  }
}

// The first `limit` from a number on.
void go_forward(const SharedListing& listing) {
  const std::uint64_t first = listing->parts.controller.first_event_id();
  if (listing->next >= first || listing->is_full()) {
    add_from_memory(*listing);
    return listing->answer(listing->next);
  }
  auto query = listing->wish.query(listing->next, first);
  query.limit = listing->wish.limit - listing->found.size();
  const std::size_t asked = query.limit;
  listing->parts.history.events(
      std::move(query), [listing, first, asked](Result<std::vector<runtime::Event>> stored) {
        if (!stored) listing->trouble = stored.error().message;
        const bool more = stored && stored->size() == asked;
        listing->next = more ? stored->back().id + 1 : first;
        if (stored) listing->found.insert(listing->found.end(), stored->begin(), stored->end());
        go_forward(listing);
      });
}

// The latest `limit`, oldest first.
void list_latest(const SharedListing& listing) {
  const std::uint64_t first = listing->parts.controller.first_event_id();
  const std::uint64_t next = listing->parts.controller.next_event_id();
  for (auto& event :
       listing->parts.controller.events_since(first, std::numeric_limits<std::size_t>::max())) {
    if (!listing->wish.wants(event)) continue;
    listing->found.push_back(std::move(event));
    if (listing->found.size() > listing->wish.limit) listing->found.pop_front();
  }
  if (listing->is_full() || first <= 1) return listing->answer(next);
  auto query = listing->wish.query(0, first);
  query.latest = true;
  query.limit = listing->wish.limit - listing->found.size();
  listing->parts.history.events(
      std::move(query), [listing, next](Result<std::vector<runtime::Event>> stored) {
        if (!stored) listing->trouble = stored.error().message;
        if (stored) listing->found.insert(listing->found.begin(), stored->begin(), stored->end());
        listing->answer(next);
      });
}

}  // namespace

void events_list(Context& context, const Call& call, Params& params) {
  auto wish = read_event_wish(context, call, params);
  if (!wish) return;
  const bool forward = wish->from.has_value();
  const std::uint64_t from = std::max<std::uint64_t>(1, wish->from.value_or(1));
  const auto listing =
      std::make_shared<Listing>(Listing{context.parts, call, std::move(*wish), from});
  forward ? go_forward(listing) : list_latest(listing);
}

void events_follow(Context& context, const Call& call, Params& params) {
  auto wish = read_event_wish(context, call, params);
  if (!wish) return;
  const auto next = wish->since ? 1 : context.controller().next_event_id();
  context.events.add(call, wish->from.value_or(next), std::move(*wish));
}

}  // namespace mainstay::control
