// Which events a request is about.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.h"
#include "control/call.h"
#include "control/context.h"
#include "control/params.h"
#include "control/target_filter.h"
#include "history/event_table.h"

namespace mainstay::control {

struct EventWish {
  std::optional<std::uint64_t> from;    // the first number
  std::optional<std::uint64_t> before;  // and the first that is not wanted
  std::optional<WallTime> since;
  std::optional<WallTime> until;
  std::size_t limit = 0;
  TargetFilter filter;

  bool wants(const runtime::Event& event) const;
  // The same, of numbers in [first, end) in the history.
  history::EventQuery query(std::uint64_t first, std::uint64_t end) const;
};

inline constexpr std::int64_t kMostEvents = 1000;

// Of events.list and events.follow; nothing: `call` has failed.
std::optional<EventWish> read_event_wish(const Context& context, const Call& call, Params& params);

}  // namespace mainstay::control
