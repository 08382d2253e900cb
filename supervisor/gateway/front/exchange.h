// A request that waits for its answer, as whoever answers it holds it. Loop thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/front/request.h"

namespace mainstay::gateway {

class Exchange {
 public:
  virtual ~Exchange() = default;

  virtual const WebRequest& request() const = 0;
  // False once it is answered or the client is gone: everything below is then ignored.
  virtual bool open() const = 0;
  // A whole response, head and body, as HTTP/1.1 wants it. `close`: the connection ends with it.
  virtual void answer(std::string response, bool close) = 0;
  // Instead of answer(): the head of a response without a length, then what follows, piece by
  // piece, then the end of the connection. A client that has more than the front's limit unread is
  // hung up on.
  virtual void begin(std::string head) = 0;
  virtual void push(std::string_view piece) = 0;
  virtual void end() = 0;
  // Of what was pushed, bytes that the client has not taken.
  virtual std::size_t unread() const = 0;
  // Called from the loop whenever the client, having been behind, has taken all that was pushed.
  virtual void on_taken(std::function<void()> callback) = 0;
  // Called once, from the loop, when the client goes away while the exchange is open. Replaces an
  // earlier one.
  virtual void on_gone(std::function<void()> callback) = 0;
};

using RequestHandler = std::function<void(std::shared_ptr<Exchange>)>;

}  // namespace mainstay::gateway
