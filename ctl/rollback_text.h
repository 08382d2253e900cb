// What `ctl apply --rollback` goes back to: of an answer of config.plan that is about one.
#pragma once

#include <string>

#include "base/json.h"
#include "base/time.h"

namespace mainstay::ctl {

// "back to what was in force from 09:12:03 until 14:02:11; uid 1000 replaced it", as a line;
// nothing when the plan is of a file.
std::string rollback_text(const Json& plan, WallTime now);

// What the file on disk holds instead, and who takes it from there, in one line; nothing when it is
// what is gone back to.
std::string rollback_notice(const Json& plan);

}  // namespace mainstay::ctl
