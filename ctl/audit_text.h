// audit.list and audit.verify in words.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "base/json.h"
#include "ctl/terminal.h"
#include "mainstay/exit_codes.h"

namespace mainstay::ctl {

// A table with a row for each entry, the oldest first.
std::string audit_text(std::span<const Json> entries, const Terminal& terminal);

// "1 entry", "812 entries"
std::string entries_text(std::int64_t count);

// What audit.verify has found: one or two paragraphs.
std::string verdict_text(const Json& verdict);
// Failed when the chain is broken.
CtlExit verdict_exit(const Json& verdict);

}  // namespace mainstay::ctl
