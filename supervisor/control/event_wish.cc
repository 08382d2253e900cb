#include "control/event_wish.h"

#include <algorithm>

#include "control/method.h"

namespace mainstay::control {

namespace {

std::optional<std::uint64_t> number(Params& params, std::string_view name) {
  const auto found = params.whole(name, 0, INT64_MAX);
  if (!found) return std::nullopt;
  return static_cast<std::uint64_t>(*found);
}

}  // namespace

bool EventWish::wants(const runtime::Event& event) const {
  if (from && event.id < *from) return false;
  if (before && event.id >= *before) return false;
  if (since && event.at < *since) return false;
  if (until && event.at >= *until) return false;
  return filter.lets_through(event);
}

history::EventQuery EventWish::query(std::uint64_t first, std::uint64_t end) const {
  history::EventQuery query;
  query.from = std::max(first, from.value_or(0));
  query.before = std::min(end, before.value_or(end));
  query.since = since;
  query.until = until;
  query.services = filter.services();
  query.instances = filter.instances();
  return query;
}

std::optional<EventWish> read_event_wish(const Context& context, const Call& call, Params& params) {
  EventWish wish;
  wish.from = number(params, "from");
  wish.before = number(params, "before");
  wish.since = params.time("since");
  wish.until = params.time("until");
  wish.limit = static_cast<std::size_t>(params.whole("limit", 1, kMostEvents).value_or(100));
  const auto targets = params.texts("targets");
  if (refused(call, params)) return std::nullopt;
  if (targets.empty()) return wish;
  const auto resolved = resolve_targets(context.controller(), targets);
  if (resolved.failure) {
    call.fail(*resolved.failure);
    return std::nullopt;
  }
  wish.filter = TargetFilter(context.controller(), resolved.instances, context.now());
  return wish;
}

}  // namespace mainstay::control
