// What the next controller has to know of a monitor, as bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "policy/check_state.h"

namespace mainstay::checks {

struct MonitorRecord {
  std::string name;
  policy::CheckState state;
  bool down = false;
  std::optional<WallTime> since;
};

// At most runtime::StateStore::kMaxRecord bytes: of the last error what there is room for.
std::string encode(const MonitorRecord& record);
Result<MonitorRecord> decode_monitor(std::string_view bytes);

}  // namespace mainstay::checks
