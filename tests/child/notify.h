// testchild as a service that speaks sd_notify(3), or writes to s6's notification descriptor.
#pragma once

#include <string>

namespace mainstay::test {

// One message to NOTIFY_SOCKET, with `descriptors` copies of 0 attached. Ends us with 95 when that
// fails.
void notify(const std::string& text, int descriptors = 0);
// The same from a child that has ended, and was waited for, when this returns.
void notify_and_vanish(const std::string& text);
// BARRIER=1: returns when the manager has closed the descriptor.
void notify_barrier();
// `count` times STATUS, each as soon as there is room for it.
void notify_flood(long count);

}  // namespace mainstay::test
