// Names of machines to addresses (getaddrinfo(3)), in a worker; libuv lets look-ups have at most
// half of the workers, so that files are never held up by a name server. Loop thread only.
#pragma once

#include <sys/socket.h>

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/loop.h"

namespace mainstay::io {

// An address of IPv4 or IPv6, with its port.
struct SocketAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;
};

// Leaves out those of IPv6 that no address of this machine can speak to, as where IPv6 is switched
// off, unless nothing else is left: what comes of trying them says nothing of the other side. Asks
// the kernel, and sends nothing.
void leave_out_unspeakable(std::vector<SocketAddress>& addresses);

class LookUp {
 public:
  using Found = std::function<void(Result<std::vector<SocketAddress>>)>;
  // `found` gets every address of `name`, in the order of RFC 6724 and with port 0, or what the
  // resolver says of it: "name or service not known". It may destroy the look-up.
  LookUp(Loop& loop, const std::string& name, Found found);
  // `found` is not called any more; the worker is let finish.
  ~LookUp();
  LookUp(const LookUp&) = delete;
  LookUp& operator=(const LookUp&) = delete;

 private:
  struct Request;
  Request* request_;
};

}  // namespace mainstay::io
