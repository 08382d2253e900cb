// The gateway's listening half: from TCP sockets to whole requests that keep the rules, and back.
// Whatever one client does, the others are served. Loop thread only.
#pragma once

#include <memory>
#include <vector>

#include "base/fd.h"
#include "gateway/front/connections.h"
#include "gateway/front/exchange.h"
#include "gateway/front/limits.h"
#include "gateway/front/tls.h"
#include "io/loop.h"
#include "io/stream.h"

namespace mainstay::gateway {

class Front {
 public:
  // `handler` gets each request, from the loop. SIGPIPE must be ignored in the process.
  Front(io::Loop& loop, const Limits& limits, RequestHandler handler);
  // Every connection is closed; nobody is told.
  ~Front() = default;
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  // Takes a TCP socket that listens already. Without a context it speaks plain HTTP.
  void listen(UniqueFd socket, std::shared_ptr<const TlsContext> context);
  // Whoever comes from now on waits for who listens on the same sockets next.
  void stop_listening() { ports_.clear(); }
  // For connections from now on, of all listening sockets.
  void set_tls(const std::shared_ptr<const TlsContext>& context);

  const Connections& connections() const { return connections_; }

 private:
  struct Port {
    std::shared_ptr<const TlsContext> context;
    std::unique_ptr<io::Listener> listener;
  };

  io::Loop& loop_;
  Connections connections_;
  std::vector<std::unique_ptr<Port>> ports_;
};

}  // namespace mainstay::gateway
