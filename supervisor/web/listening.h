// Sockets that listen for the page.
#pragma once

#include <span>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "io/look_up.h"

namespace mainstay::web {

// One for each address: close-on-exec, non-blocking, SO_REUSEADDR. An address of a kind that this
// machine does not have (IPv6 switched off) is left out when there is another one. The error names
// the address and has its errno.
Result<std::vector<UniqueFd>> listen_on(std::span<const io::SocketAddress> addresses);

}  // namespace mainstay::web
