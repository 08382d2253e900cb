// One client: its requests in, one after the other, their answers out.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/front/client_exchange.h"
#include "gateway/front/connections.h"
#include "gateway/front/request_reader.h"
#include "gateway/front/transport.h"
#include "io/stream.h"

namespace mainstay::gateway {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Connections& all, io::Loop& loop, UniqueFd socket, io::PeerAddress peer,
             std::shared_ptr<const TlsContext> context);

  // Once, right after it was given its seat.
  void start(Connections::Seat seat);

  // For Connections; whoever calls one of these holds the connection.
  void on_deadline();
  void shed();     // it holds more than anybody, and all hold too much
  void hang_up();  // at once; whoever answers it is told
  void close();    // at once

  // For its exchange.
  void answer(std::string response, bool close);
  void begin(std::string head);
  void push(std::string_view piece);
  void end_stream();
  std::size_t unread() const { return transport_.queued_bytes(); }
  void abandon();

 private:
  Phase phase() const { return seat_->phase; }
  bool awaits_request() const;
  void enter(Phase phase);

  void on_data(std::string_view bytes);
  void on_end();
  void on_drained();
  void serve();
  bool serve_one();
  void settle();
  void dispatch();
  void detach_exchange(bool tell);
  void refuse(const BadRequest& why);
  void discard(std::size_t count);
  void drop_input();
  void say_last(std::string response);

  Connections& all_;
  Connections::Seat seat_{};
  io::PeerAddress peer_;
  Transport transport_;
  RequestReader reader_;
  std::string pending_;  // came, and is not read yet: from `read_` on
  std::size_t read_ = 0;
  ClientExchange* exchange_ = nullptr;  // open; owned by whoever answers
  std::size_t request_held_ = 0;        // by the request of that exchange
  std::size_t discarded_ = 0;
  std::int64_t taken_ = 0;  // of the output, when its deadline was set
  bool keep_alive_ = true;
  bool input_ended_ = false;
  bool serving_ = false;
  bool to_be_served_ = false;  // in a later turn
  bool closed_ = false;
};

}  // namespace mainstay::gateway
