// The descriptors that a gateway is given: the first thing on its socket, one message of one byte,
// which is their number, with SCM_RIGHTS (unix(7)). None: it only checks. Else the end of its
// connection to the control server first, then the sockets that listen for the page.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace mainstay::checks {

inline constexpr std::size_t kMaxGatewayDescriptors = 9;

// On a socket to which nothing was written yet: does not block.
Status send_gateway_descriptors(int socket, std::span<const UniqueFd> descriptors);
// Blocks until they are there. Close-on-exec. An error: the other end is gone, or sent anything
// else.
Result<std::vector<UniqueFd>> take_gateway_descriptors(int socket);

}  // namespace mainstay::checks
