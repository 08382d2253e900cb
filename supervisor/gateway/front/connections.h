// All clients of the front: who is waited for and for how long, who makes room when there is none,
// and how much all of them together hold in memory. Loop thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/fd.h"
#include "gateway/front/exchange.h"
#include "gateway/front/limits.h"
#include "gateway/front/tls.h"
#include "io/loop.h"

namespace mainstay::gateway {

class Connection;

// What is waited for.
enum class Phase : std::uint8_t {
  Handshake,  // of TLS, and the first bytes after it
  Fresh,      // the first byte of the first request
  Receiving,  // the rest of a request
  Idle,       // the first byte of another request
  Working,    // the answer, from whoever handles the request
  Streaming,  // what is next in an answer that goes on and on
  Behind,     // the same, and the client to take what there is of it
  Answering,  // the client to take its answer
  Closing,    // the client to take its last answer
  Lingering,  // the client to close, so that it has read that answer
};
inline constexpr std::size_t kPhases = 10;

class Connections {
 public:
  Connections(io::Loop& loop, const Limits& limits, RequestHandler handler);
  ~Connections();  // closes all of them; nobody is told
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // Takes a connected socket; closes it when there is no room and nobody to make any.
  void admit(UniqueFd socket, std::shared_ptr<const TlsContext> context);

  std::size_t count() const { return count_; }
  // Whether anybody waits for an answer, or has not taken all of one.
  bool has_answers() const;
  std::size_t input() const { return input_; }
  std::size_t output() const { return output_; }

  // For a connection.
  struct Place {
    std::shared_ptr<Connection> connection;
    Phase phase = Phase::Fresh;
    MonoTime since{};
    std::string counted_as;  // where it comes from; empty: this machine
    std::size_t input = 0;
    std::size_t output = 0;
  };
  using Seat = std::list<Place>::iterator;

  const Limits& limits() const { return limits_; }
  const RequestHandler& handler() const { return handler_; }
  // Starts the time that the phase has, also when it is the phase of before.
  void enter(Seat seat, Phase phase);
  // What it holds now, in bytes; whoever holds most pays when all hold too much: maybe this one.
  void account(Seat seat, std::size_t input, std::size_t output);
  bool may_stream() const;
  // In the loop's next turn.
  void later(std::function<void()> callback);
  void leave(Seat seat);

 private:
  using List = std::list<Place>;

  List& list(Phase phase) { return lists_[static_cast<std::size_t>(phase)]; }
  std::optional<Duration> time_of(Phase phase) const;
  bool make_room();
  bool counts(const std::string& address);
  void turn_away(UniqueFd socket, bool encrypted);
  void arm(MonoTime at, MonoTime now);
  void on_timer();
  void run_later();
  void shed(std::size_t Place::*held);

  io::Loop& loop_;
  Limits limits_;
  RequestHandler handler_;
  std::array<List, kPhases> lists_;  // each in the order in which they came to it
  std::unordered_map<std::string, std::size_t> addresses_;
  std::size_t count_ = 0;
  std::size_t input_ = 0;
  std::size_t output_ = 0;
  bool shedding_ = false;
  std::vector<std::function<void()>> later_;
  io::Timer deadline_;
  std::optional<MonoTime> armed_;
  io::Timer turn_;
};

}  // namespace mainstay::gateway
