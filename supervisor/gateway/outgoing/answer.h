// What came of one exchange with a server, before anybody judges it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/time.h"

namespace mainstay::gateway {

// More than that is not read: it is judged by what came.
inline constexpr std::size_t kMaxBody = 256 * 1024;
// A server that sends more headers than that is hung up on.
inline constexpr std::size_t kMaxHead = 64 * 1024;

enum class End : std::uint8_t {
  Complete,
  Enough,  // the body is longer than kMaxBody
  NoName,
  NoConnection,
  TimedOut,
  Silent,  // closed without a word
  Cut,     // closed before the end
  Reset,
  NotHttp,
  HeadTooLong,
  BadCertificate,
  NoTls,
  Unable,  // for reasons of ours
};

struct Answer {
  End end = End::Unable;
  int os_error = 0;    // with NoConnection, if it is known
  std::string detail;  // in the words of whoever found out
  int status = 0;
  std::string body;
  bool connected = false;  // over TCP or the socket
  bool secured = false;    // TLS too, or not wanted
  bool began = false;      // a first line has come
  // Since the request was handed over.
  Duration connect{0};
};

}  // namespace mainstay::gateway
