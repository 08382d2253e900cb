#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <string>

#include "io/stream.h"

namespace mainstay::io {
namespace {

struct Sockets {
  UniqueFd near;
  UniqueFd far;
};

// A connection over the loopback address of the family; none where the machine has no such family.
Sockets connected(int family) {
  signal(SIGPIPE, SIG_IGN);
  sockaddr_in6 v6{};
  sockaddr_in v4{};
  v6.sin6_family = AF_INET6;
  v6.sin6_addr = in6addr_loopback;
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* address =
      family == AF_INET ? reinterpret_cast<sockaddr*>(&v4) : reinterpret_cast<sockaddr*>(&v6);
  socklen_t size = family == AF_INET ? sizeof v4 : sizeof v6;
  const UniqueFd listening{socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!listening || bind(listening.get(), address, size) != 0) return {};
  REQUIRE(listen(listening.get(), 1) == 0);
  REQUIRE(getsockname(listening.get(), address, &size) == 0);
  Sockets out;
  out.far = UniqueFd{socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  REQUIRE(connect(out.far.get(), address, size) == 0);
  out.near = UniqueFd{accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  REQUIRE(out.near);
  return out;
}

TEST_CASE("a TCP stream says who is at the other end") {
  Loop loop;
  for (const int family : {AF_INET, AF_INET6}) {
    Sockets sockets = connected(family);
    if (!sockets.near) {
      MESSAGE("skipped: no loopback address of family " << family);
      continue;
    }
    const TcpStream stream{loop, std::move(sockets.near)};
    const auto peer = stream.peer_address();
    REQUIRE(peer.ok());
    CHECK(peer->address == (family == AF_INET ? "127.0.0.1" : "::1"));
    CHECK(peer->network == (family == AF_INET ? "127.0.0.1" : "::"));
    CHECK(peer->loopback);
    CHECK(peer->port != 0);
  }
}

TEST_CASE("a TCP stream sends small pieces at once") {
  Loop loop;
  Sockets sockets = connected(AF_INET);
  const int number = sockets.near.get();
  const TcpStream stream{loop, std::move(sockets.near)};
  int on = 0;
  socklen_t size = sizeof on;
  REQUIRE(getsockopt(number, IPPROTO_TCP, TCP_NODELAY, &on, &size) == 0);
  CHECK(on != 0);
}

TEST_CASE("a stream that is shut down says the end after everything else, and reads on") {
  Loop loop;
  Sockets sockets = connected(AF_INET);
  TcpStream stream{loop, std::move(sockets.near)};
  TcpStream reader{loop, std::move(sockets.far)};
  const std::string sent(2'000'000, 'x');
  std::string got;
  std::string back;
  stream.write(sent);
  stream.shut_down();
  reader.start_reading([&](std::string_view piece) { got += piece; },
                       [&] {
                         reader.write("heard it all");
                         reader.shut_down();
                       });
  stream.start_reading([&](std::string_view piece) { back += piece; }, [] {});
  loop.run();
  CHECK(got == sent);
  CHECK(back == "heard it all");
}

TEST_CASE("a connection that is reset has no other end any more, one that is half closed has") {
  Loop loop;
  for (const bool reset : {true, false}) {
    CAPTURE(reset);
    Sockets sockets = connected(AF_INET);
    TcpStream stream{loop, std::move(sockets.near)};
    bool there = !reset;
    stream.start_reading([](std::string_view) {}, [&] { there = stream.peer_address().ok(); });
    const linger none{1, 0};
    if (reset) setsockopt(sockets.far.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
    if (!reset) shutdown(sockets.far.get(), SHUT_WR);
    if (reset) sockets.far.reset();
    loop.run();
    CHECK(there == !reset);
  }
}

}  // namespace
}  // namespace mainstay::io
