// The keeper's own words on stderr. Never allocates and never blocks: words that stderr does not
// take at once are lost.
#pragma once

namespace mainstay::keeper {

// One line, "supervisor: …"; a newline is added.
[[gnu::format(printf, 1, 2)]] void say(const char* format, ...);

}  // namespace mainstay::keeper
