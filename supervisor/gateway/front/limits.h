// How much the front takes and keeps, of one client and of all together.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/time.h"

namespace mainstay::gateway {

// Of one request. cpp-httplib behind the front reads lines of up to 8 KiB.
struct RequestLimits {
  std::size_t head = 16 * 1024;
  std::size_t line = 8 * 1024;  // the request line, and each header, with their line ends
  std::size_t headers = 100;
  std::size_t path = 1024;
  std::size_t body = 1024 * 1024;
};

struct Limits {
  RequestLimits request{};

  std::size_t connections = 1024;
  std::size_t streams = 512;      // of those: answers that go on and on
  std::size_t per_address = 128;  // of those: from one address that is not this machine

  Duration handshake_time = std::chrono::seconds{5};
  Duration request_time = std::chrono::seconds{10};  // from its first byte to its last
  Duration fresh_time = std::chrono::seconds{10};    // from the connection to that first byte
  Duration idle_time = std::chrono::seconds{45};     // between two requests
  Duration stalled_time = std::chrono::seconds{30};  // for some of what it is sent to be taken
  Duration linger_time = std::chrono::seconds{2};    // for the last answer to be read

  std::size_t unread_stream = 256 * 1024;         // that a client of a stream has not taken
  std::size_t answer = 8 * 1024 * 1024;           // the longest
  std::size_t all_input = 4 * 1024 * 1024;        // requests of all clients, whole and in part
  std::size_t all_output = 12 * 1024 * 1024;      // answers of all clients, not yet taken
  std::size_t lingering_input = 4 * 1024 * 1024;  // thrown away, of one client
};

}  // namespace mainstay::gateway
