// One client of the control socket: its lines in, its messages out, and the limits on both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/time.h"
#include "control/call.h"
#include "control/line_buffer.h"
#include "control/rpc.h"
#include "io/loop.h"
#include "io/stream.h"
#include "mainstay/protocol.h"

namespace mainstay::control {

struct ConnectionLimits {
  std::size_t request_bytes = limits::kRequestBytes;
  Duration line_time = limits::kLineTime;
  std::size_t output_bytes = limits::kOutputQueueBytes;
  // Above it the client's next requests wait and its streams pause.
  std::size_t busy_bytes = limits::kOutputQueueBytes / 4;
  std::size_t pending = limits::kPendingPerClient;
  // To take what is still queued after a connection is to be closed.
  Duration farewell_time = std::chrono::seconds{5};
};

// What a connection asks of the server.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual void handle(const Call& call, AccessLevel level, const Request& request) = 0;
  // False: this turn has done enough; call serve() again in a later one.
  virtual bool may_serve() = 0;
  virtual void serve_later() = 0;
  // A number greater than every one before: orders connections by when they last asked for
  // something.
  virtual std::uint64_t next_activity() = 0;
  // Forgets the connection, which may be in the middle of a call.
  virtual void gone(std::uint64_t number) = 0;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(io::Loop& loop, UniqueFd fd, std::uint64_t number, ConnectionOwner& owner,
             const ConnectionLimits& limits);

  // To be called once, right after it was put into a shared_ptr.
  void start(AccessLevel level, const io::Peer& peer);
  // The same, for the gateway: each request says whom it asks for, and never does more than
  // Operate.
  void start_for_others();
  bool for_others() const { return for_others_; }
  Result<io::Peer> peer() const { return stream_->peer(); }

  // Handles the lines that have come in, as far as the limits allow.
  void serve();
  // Says why (an error without an id), then closes.
  void dismiss(const RpcFailure& why);

  // Nothing is being answered to it: it may be dismissed to make room for another.
  bool idle() const { return pending_.empty(); }
  std::uint64_t last_activity() const { return last_activity_; }
  std::uint64_t number() const { return number_; }
  std::size_t queued_bytes() const { return stream_ ? stream_->queued_bytes() : 0; }
  bool is_busy() const { return queued_bytes() > limits_.busy_bytes; }

  // For Call.
  bool is_pending(const std::string& id) const { return pending_.count(id) != 0; }
  void finish(const std::string& id, std::string message);
  void send(std::string message);
  UniqueFd duplicate_socket() const;

 private:
  enum class State : std::uint8_t { Open, Closing, Gone };

  void on_data(std::string_view bytes);
  void on_end();
  void on_timer();
  void on_written();
  void handle_line(const std::string& line);
  void accept_request(Request request);
  Call call_of(const Request& request);
  void update_reading();
  void watch_line_time();
  void close_after_flush();
  void close_now();

  std::uint64_t number_;
  ConnectionOwner& owner_;
  ConnectionLimits limits_;
  int fd_number_;  // of the socket that stream_ owns
  std::unique_ptr<io::Stream> stream_;
  io::Timer timer_;  // Open: a line that does not end; Closing: output that is not taken
  LineBuffer lines_;
  State state_ = State::Open;
  bool reading_ = false;
  bool input_ended_ = false;
  bool line_timer_runs_ = false;
  AccessLevel level_ = AccessLevel::Read;
  bool for_others_ = false;
  std::string who_;
  std::set<std::string> pending_;  // ids
  std::uint64_t last_activity_ = 0;
};

}  // namespace mainstay::control
