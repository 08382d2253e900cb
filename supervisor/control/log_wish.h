// What somebody wants to see of logs: the parameters of logs.read and logs.follow.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/params.h"
#include "logs/line_filter.h"
#include "logs/names.h"
#include "logs/past.h"

namespace mainstay::control {

struct LogWish {
  std::vector<std::string> targets;  // resolved again when instances come and go
  std::optional<logs::Stream> only;
  logs::LogQuery query;     // of what is there already: 50 lines, or all of a span
  logs::LineFilter filter;  // also of what comes
  bool follow = true;       // false: the stream ends after what is there
  // The id of a stream of the same client: what is there ends where that one has come to.
  std::optional<std::string> joins;
};

// What is wrong is noted in `params`.
void read_time(Params& params, std::string_view name, WallTime& time);
LogWish read_log_wish(Params& params);

}  // namespace mainstay::control
