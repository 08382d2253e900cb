// The control socket's protocol: JSON-RPC 2.0, one message a line (INTERFACES "Control socket").
// Limits and codes only; messages themselves are JSON as written there.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mainstay {

// What a method needs; a peer has one level and may call what needs that or less.
enum class AccessLevel : std::uint8_t { Read, Operate, Admin };

namespace limits {
inline constexpr std::size_t kRequestBytes = 64 * 1024;        // one line, newline included
inline constexpr std::chrono::seconds kLineTime{5};            // from its first byte to its newline
inline constexpr std::size_t kOutputQueueBytes = 1024 * 1024;  // per client; above it is cut off
inline constexpr std::size_t kClients = 64;
inline constexpr std::size_t kPendingPerClient = 32;  // requests not answered yet
}  // namespace limits

// JSON-RPC error codes: the first five are the standard's, the rest ours.
enum class RpcError : int {
  ParseError = -32700,
  InvalidRequest = -32600,
  MethodNotFound = -32601,
  InvalidParams = -32602,
  InternalError = -32603,
  Failed = -32000,      // "failed": ctl exits 1
  NotRunning = -32003,  // "not_running": ctl exits 3
  NoSuchTarget =
      -32004,  // "no_such_service", "no_such_instance", "no_such_tag", "no_such_monitor": ctl exits
               // 4
  Denied = -32006,     // "denied": ctl exits 6
  TimedOut = -32007,   // "timed_out": ctl exits 7
  NotActive = -32008,  // "not_active": a part of the contract that this version does not act on yet
  TooManyClients = -32009,
};

}  // namespace mainstay
