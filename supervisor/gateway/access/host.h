// Which page a browser believes to talk to. A name that somebody else owns may be made to lead here
// (DNS rebinding): its scripts would then read what the page shows.
#pragma once

#include <string>
#include <string_view>

#include "gateway/front/request.h"

namespace mainstay::gateway {

// What the page is reached by.
struct OwnNames {
  std::string listen;   // "127.0.0.1:9615", as declared
  std::string machine;  // hostname(1)
};

// The host of "host", "host:port", "[::1]:port"; empty when it is none of those.
std::string_view host_in(std::string_view authority);
// The port of the same, as it is written.
std::string_view port_in(std::string_view authority);
bool is_address(std::string_view host);  // "127.0.0.1", "[::1]"
bool is_loopback_host(std::string_view host);

// The Host header names us. Over TLS every name does: the certificate has been checked against it.
// Otherwise localhost and addresses of loopback, and where others than this machine may connect,
// every address (only names can be rebound), the machine's name, and the name it listens on. Ports
// do not count: tunnels have ports of their own.
bool is_own_host(const WebRequest& request, const OwnNames& own);

// Whether a script of another page sent it: by Sec-Fetch-Site, which only browsers write,
// else by Origin, which has to name what Host names.
bool is_foreign(const WebRequest& request);

// A proxy on this machine passed it on: the client is not who it seems.
bool is_forwarded(const WebRequest& request);

// Of this machine (gethostname(2)); empty when it has none.
std::string machine_name();

}  // namespace mainstay::gateway
