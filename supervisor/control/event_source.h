// Events that memory no longer has.
#pragma once

#include <functional>
#include <vector>

#include "base/result.h"
#include "history/event_table.h"
#include "runtime/ports.h"

namespace mainstay::control {

using StoredEventsAnswer = std::function<void(Result<std::vector<runtime::Event>>)>;
// Answered on the loop, later, unless the loop ends before. Empty: none are kept.
using StoredEvents = std::function<void(history::EventQuery, StoredEventsAnswer)>;

}  // namespace mainstay::control
