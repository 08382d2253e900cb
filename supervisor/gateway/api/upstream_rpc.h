// Upstream over the descriptor that the controller gave: JSON-RPC 2.0, one message a line, and with
// each request on whose behalf it is made ("as").
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/fd.h"
#include "gateway/api/upstream.h"
#include "io/loop.h"
#include "io/stream.h"

namespace mainstay::gateway {

class RpcUpstream final : public Upstream {
 public:
  // `on_end` comes once, when the controller is gone or says what cannot be read (then why). What
  // was pending has failed with "unavailable" by then, and so does every later call.
  RpcUpstream(io::Loop& loop, UniqueFd socket, std::function<void(const std::string& why)> on_end);
  RpcUpstream(const RpcUpstream&) = delete;
  RpcUpstream& operator=(const RpcUpstream&) = delete;

  std::uint64_t call(const Actor& actor, std::string_view method, std::string params,
                     std::function<void(const Reply&)> done) override;
  std::uint64_t follow(const Actor& actor, std::string_view method, std::string params,
                       std::function<void(std::string_view item)> on_item,
                       std::function<void(const Reply&)> done) override;
  void more(std::uint64_t id) override;
  void cancel(std::uint64_t id) override;

  bool ended() const { return ended_; }
  // Sends what was asked since the last time: once after each turn of the loop.
  void flush();

  // Of one message from the controller.
  static constexpr std::size_t kLongestLine = 64 * 1024 * 1024;
  // Of what was asked and has not gone out: beyond it calls fail.
  static constexpr std::size_t kMostUnsent = 4 * 1024 * 1024;

 private:
  struct Pending {
    std::function<void(std::string_view)> on_item;  // of a stream
    std::function<void(const Reply&)> done;
  };

  void tell_stream(std::string_view method, std::uint64_t id);
  void on_data(std::string_view piece);
  void on_line(std::string_view line);
  void on_item(std::uint64_t id, std::string_view item);
  void answer(std::uint64_t id, const Reply& reply);
  void fail_pending();
  void end(const std::string& why);

  std::function<void(const std::string&)> on_end_;
  io::Stream stream_;
  io::Timer refuse_;      // answers what was asked after the end, in a turn of its own
  std::string line_;      // what came of the next message
  std::string requests_;  // of this turn
  std::uint64_t last_id_ = 0;
  std::unordered_map<std::uint64_t, Pending> pending_;
  bool ended_ = false;
};

}  // namespace mainstay::gateway
