// Listening TCP sockets by netlink (sock_diag(7)): the kernel walks only its table of listeners,
// where /proc/net/tcp makes it walk the far larger one of connections as well.
#pragma once

#include <vector>

#include "process/listening_linux.h"

namespace mainstay::process {

// Appends the listeners of both address families. False when the kernel cannot tell (no inet_diag).
bool append_tcp_listeners(std::vector<ListeningSocket>& out);

}  // namespace mainstay::process
