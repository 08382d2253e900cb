// Talks to the supervisor over its control socket: one connection, one request at a time, blocking
// with poll(2). Plain sockets, no loop. Not thread-safe.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/fd.h"
#include "base/json.h"
#include "base/time.h"
#include "mainstay/exit_codes.h"

namespace mainstay::ctl {

// Why there is no result.
struct Failure {
  enum class Kind {
    Unreachable,  // no socket there, nobody answers on it, or the connection broke
    Denied,       // the socket's permissions or the supervisor refused us
    TimedOut,     // no answer within the time asked for; what was asked for may still happen
    Interrupted,  // the descriptor of interrupt_by() became readable
    Refused,      // the supervisor answered with an error: rpc_code and code say which
    Garbled,      // what came back is not the protocol
  };
  Kind kind = Kind::Refused;
  std::string message;  // a sentence for people, without "ctl:" before it
  int rpc_code = 0;     // mainstay::RpcError, with Refused and Denied
  std::string code;     // "no_such_service", "timed_out", …: the error's data.code

  // What ctl ends with because of it.
  CtlExit exit_code() const;
};

// A result, or why there is none.
class [[nodiscard]] Answer {
 public:
  Answer(Json result)
      : result_(std::move(result)) {}  // NOLINT: implicit, so that `return x;` works
  Answer(Failure failure) : failure_(std::move(failure)) {}  // NOLINT

  bool ok() const { return result_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Json& result() const { return *result_; }
  Json& result() { return *result_; }
  const Failure& failure() const { return failure_; }

 private:
  std::optional<Json> result_;
  Failure failure_;
};

// Gets each item of a stream; false ends the stream (the supervisor is told).
using OnItem = std::function<bool(const Json& item)>;

inline constexpr Duration kNoTimeout = Duration::max();

class Client {
 public:
  // Names the socket only; the connection is made by the first request, and again after it broke.
  explicit Client(std::filesystem::path socket);

  // `fd` readable means: give up waiting. Owned by the caller (a self-pipe or a signalfd); -1:
  // none.
  void interrupt_by(int fd) { interrupt_fd_ = fd; }

  // Connects if that has not happened yet. Nothing: connected.
  std::optional<Failure> connect();

  // Sends one request and waits for its answer. `params` must be an object (or null for none).
  // Stream items that come before the answer (progress: {"waiting":[…]}) go to `on_item`.
  Answer call(std::string_view method, Json params, Duration timeout = kNoTimeout,
              const OnItem& on_item = {});

  // Sends a request whose answer is a stream; returns when the supervisor ends it (its answer,
  // {"ended":true}), when `on_item` returns false ({"ended":true} too) or when it cannot go on.
  Answer stream(std::string_view method, Json params, const OnItem& on_item);

  // After supervisor.shutdown: waits until the supervisor is gone and the connection is closed with
  // it. False: it is still there after `timeout`, or the wait was interrupted.
  bool wait_until_closed(Duration timeout);

  const std::filesystem::path& socket() const { return socket_; }

 private:
  using Deadline = std::optional<std::chrono::steady_clock::time_point>;

  std::optional<Failure> send_all(std::string_view bytes, const Deadline& deadline);
  std::optional<Failure> next_line(std::string& line, const Deadline& deadline);
  std::optional<Failure> wait_for(short events, const Deadline& deadline);
  Answer receive(int id, const Deadline& deadline, const OnItem& on_item);
  void cancel(int id);
  Failure broken(std::string reason);

  std::filesystem::path socket_;
  UniqueFd fd_;
  std::string input_;
  std::size_t scanned_ = 0;  // of input_, known to hold no newline
  int interrupt_fd_ = -1;
  int last_id_ = 0;
};

}  // namespace mainstay::ctl
