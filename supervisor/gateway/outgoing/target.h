// Where a request goes, taken from its URL.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace mainstay::gateway {

struct Target {
  std::string url;          // for the request itself; with a socket it names localhost
  std::string socket_path;  // empty: over TCP
  std::string host;         // without brackets; empty with a socket
  std::uint16_t port = 0;
  bool needs_lookup = false;  // the host is a name that somebody has to be asked about
  bool is_localhost = false;  // by name
  // For people, without user and password: "127.0.0.1:8000", "[::1]:80", "/run/app.sock".
  std::string shown;
};

Result<Target> target_of(const std::string& url);

}  // namespace mainstay::gateway
