// What the process gives up before it looks at anything: it talks to strangers.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace mainstay::gateway {

// Keeps descriptors 0 to 2 and `socket`, no environment, no core files, no privileges to be had
// from any program, and the ids of `user` ("65534:65534") unless that is empty, without other
// groups. Files may be open as many as the hard limit allows, up to what the checks need. To be
// called before any thread is started.
Status confine(int socket, std::string_view user);

// How many connections the limit of open files allows, of each kind.
struct ConnectionShares {
  std::size_t checks = 0;
  std::size_t clients = 0;  // of the page
};
ConnectionShares affordable_connections(bool serves_page);

}  // namespace mainstay::gateway
