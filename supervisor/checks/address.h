// What a tcp check connects to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/look_up.h"

namespace mainstay::checks {

struct Target {
  std::string text;  // as it is declared: "db.internal:5432"
  std::string name;  // to be looked up; empty: `addresses` are known
  std::uint16_t port = 0;
  std::vector<io::SocketAddress> addresses;  // with the port
};

// "host:port" with a name or a number, "[::1]:80", or a bare port, which is this machine's over
// IPv4 and IPv6.
Result<Target> parse_target(std::string_view text);

void set_port(io::SocketAddress& address, std::uint16_t port);
// "127.0.0.1:8000", "[::1]:8000".
std::string to_text(const io::SocketAddress& address);
// The kernel connects a socket to itself when it happens to choose the port asked for as the
// socket's own and nobody listens there.
bool is_connected_to_itself(int fd);

}  // namespace mainstay::checks
