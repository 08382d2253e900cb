// events.list and events.follow.
#include <algorithm>
#include <deque>
#include <limits>

#include "control/event_streams.h"
#include "control/method.h"
#include "control/service_object.h"

namespace mainstay::control {

namespace {

constexpr std::int64_t kMostEvents = 1000;

// Everything when no target is named; a failure was answered already when there is nothing.
std::optional<TargetFilter> filter_of(const Context& context, const Call& call,
                                      const std::vector<std::string>& targets) {
  if (targets.empty()) return TargetFilter();
  const auto resolved = resolve_targets(context.controller(), targets);
  if (!resolved.failure) {
    return TargetFilter(context.controller(), resolved.instances, context.now());
  }
  call.fail(*resolved.failure);
  return std::nullopt;
}

std::string events_text(const std::deque<runtime::Event>& events, std::uint64_t next) {
  JsonWriter out;
  out.open_object().key("events").open_list();
  for (const auto& event : events)
    write_event(out, event);
  out.close_list().key("next").whole(static_cast<std::int64_t>(next)).close_object();
  return out.take();
}

// The first `limit` from `from` on.
std::string forward(const Context& context, const TargetFilter& filter, std::uint64_t from,
                    std::size_t limit) {
  std::deque<runtime::Event> found;
  std::uint64_t next = std::max(from, std::uint64_t{1});
  for (const auto& event :
       context.controller().events_since(from, std::numeric_limits<std::size_t>::max())) {
    if (found.size() == limit) break;
    next = event.id + 1;
    if (filter.lets_through(event)) found.push_back(event);
  }
  return events_text(found, next);
}

// The latest `limit`, oldest first.
std::string latest(const Context& context, const TargetFilter& filter, std::size_t limit) {
  std::deque<runtime::Event> found;
  for (const auto& event :
       context.controller().events_since(0, std::numeric_limits<std::size_t>::max())) {
    if (!filter.lets_through(event)) continue;
    found.push_back(event);
    if (found.size() > limit) found.pop_front();
  }
  return events_text(found, context.controller().next_event_id());
}

}  // namespace

void events_list(Context& context, const Call& call, Params& params) {
  const auto from = params.whole("from", 0, INT64_MAX);
  const auto limit = params.whole("limit", 1, kMostEvents).value_or(100);
  const auto targets = params.texts("targets");
  if (refused(call, params)) return;
  const auto filter = filter_of(context, call, targets);
  if (!filter) return;
  const auto count = static_cast<std::size_t>(limit);
  call.answer(from ? forward(context, *filter, static_cast<std::uint64_t>(*from), count)
                   : latest(context, *filter, count));
}

void events_follow(Context& context, const Call& call, Params& params) {
  const auto from = params.whole("from", 0, INT64_MAX);
  const auto targets = params.texts("targets");
  if (refused(call, params)) return;
  auto filter = filter_of(context, call, targets);
  if (!filter) return;
  const auto next = context.controller().next_event_id();
  context.events.add(call, from ? static_cast<std::uint64_t>(*from) : next, std::move(*filter));
}

}  // namespace mainstay::control
