#include "checks/tcp.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sched.h>

#include <thread>

#include "unit/checks/rig.h"

namespace mainstay::checks::test {
namespace {

io::SocketAddress number(const char* host) {
  return parse_target(fmt::format("{}:1", host))->addresses.at(0);
}

// A socket on a free port.
struct Server {
  explicit Server(const char* host = "127.0.0.1", int backlog = 16, std::uint16_t wanted = 0) {
    io::SocketAddress address = number(host);
    set_port(address, wanted);
    fd.reset(socket(address.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int only = 1;
    if (address.bytes.ss_family == AF_INET6)
      setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
    auto* generic = reinterpret_cast<sockaddr*>(&address.bytes);
    REQUIRE(bind(fd.get(), generic, address.size) == 0);
    if (backlog >= 0) REQUIRE(listen(fd.get(), backlog) == 0);
    socklen_t size = sizeof address.bytes;
    REQUIRE(getsockname(fd.get(), generic, &size) == 0);
    const std::string text = to_text(address);
    port = text.substr(text.rfind(':') + 1);
  }
  UniqueFd fd;
  std::string port;
};

// Takes connections until no more are let in: from then on, nobody gets an answer.
struct FullServer : Server {
  FullServer() : Server("127.0.0.1", 0) {
    io::SocketAddress address = parse_target("127.0.0.1:" + port)->addresses.at(0);
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      connect(clients.back().get(), reinterpret_cast<sockaddr*>(&address.bytes), address.size);
    }
  }
  std::vector<UniqueFd> clients;
};

Answer look_at(Rig& rig, const std::string& address, Duration timeout = 5s) {
  TcpProber prober{rig.means, rig.shared.names, {address}, nullptr};
  return rig.look(prober, timeout);
}

// Names that mean what the test says.
struct Town {
  explicit Town(std::vector<const char*> hosts) {
    for (const char* host : hosts)
      addresses.push_back(number(host));
  }
  std::vector<io::SocketAddress> addresses;
  Names names{io::read_clocks, [this](const std::string&, io::LookUp::Found found) {
                found(addresses);
                return std::unique_ptr<io::LookUp>{};
              }};
};

TEST_CASE("a port that somebody listens on passes, by number and by name") {
  Rig rig;
  const Server server;
  CHECK(look_at(rig, "127.0.0.1:" + server.port).verdict == CheckVerdict::Passed);
  CHECK(look_at(rig, "localhost:" + server.port).verdict == CheckVerdict::Passed);
  CHECK(look_at(rig, server.port).verdict == CheckVerdict::Passed);
}

TEST_CASE("a bare port may be one of IPv6 only") {
  auto both = parse_target("1")->addresses;
  io::leave_out_unspeakable(both);
  if (both.size() == 1) {
    MESSAGE("skipped: this machine has no IPv6");
    return;
  }
  Rig rig;
  const Server server{"[::1]"};
  CHECK(look_at(rig, server.port).verdict == CheckVerdict::Passed);
}

// In a new network namespace there is no IPv6 address, and 127.0.0.1 is not up.
TEST_CASE("where there is no IPv6 a bare port and a name are judged by IPv4") {
  std::thread{[] {
    if (unshare(CLONE_NEWNET) != 0) {
      MESSAGE("skipped: a network without IPv6 needs root and CAP_SYS_ADMIN");
      return;
    }
    Rig rig;
    const Answer bare = look_at(rig, "8000");
    CHECK(bare.verdict == CheckVerdict::Failed);
    CHECK(bare.message == "no way to the network on 127.0.0.1:8000");
    Town town{{"[::1]", "127.0.0.1"}};
    TcpProber prober{rig.means, town.names, {"db:8000"}, nullptr};
    CHECK(rig.look(prober).message == "no way to the network on 127.0.0.1:8000");
    CHECK(look_at(rig, "[::1]:8000").verdict == CheckVerdict::Unknown);
  }}.join();
}

TEST_CASE("a port that nobody listens on is refused, and the message says where") {
  Rig rig;
  const Server bound{"127.0.0.1", -1};
  const std::string address = "127.0.0.1:" + bound.port;
  for (const std::string& text : {address, bound.port}) {
    const Answer answer = look_at(rig, text);
    CHECK(answer.verdict == CheckVerdict::Failed);
    CHECK(answer.message == "connection refused on " + address);
  }
}

TEST_CASE("a machine that does not answer fails after the timeout") {
  Rig rig;
  const FullServer server;
  const std::string address = "127.0.0.1:" + server.port;
  const Answer answer = look_at(rig, address, 50ms);
  CHECK(answer.verdict == CheckVerdict::Failed);
  CHECK(answer.message == fmt::format("no answer on {} within {}", address, format_duration(50ms)));
}

TEST_CASE("all addresses of a name are tried") {
  Rig rig;
  // The other addresses have the port as well, so that nobody else on this machine listens there.
  const Server refusing{"127.0.0.1", -1};
  const auto port = static_cast<std::uint16_t>(std::stoi(refusing.port));
  const Server refusing_too{"127.0.0.3", -1, port};
  const Server server{"127.0.0.2", 16, port};
  SUBCASE("when the first refuse") {
    Town town{{"127.0.0.1", "[::1]", "127.0.0.2"}};
    TcpProber prober{rig.means, town.names, {"db:" + server.port}, nullptr};
    CHECK(rig.look(prober).verdict == CheckVerdict::Passed);
    CHECK(rig.look(prober).verdict == CheckVerdict::Passed);
  }
  SUBCASE("and when all refuse, it is said of each") {
    Town town{{"127.0.0.1", "127.0.0.3"}};
    TcpProber prober{rig.means, town.names, {"db:" + server.port}, nullptr};
    CHECK(rig.look(prober).message ==
          fmt::format("connection refused on 127.0.0.1:{0}, connection refused on 127.0.0.3:{0}",
                      server.port));
  }
  SUBCASE("a name without any") {
    Town town{{}};
    TcpProber prober{rig.means, town.names, {"db:1"}, nullptr};
    CHECK(rig.look(prober).message == "cannot look up db: it has no address");
  }
}

// 127.0.0.1 has the port but lets nobody in; 127.0.0.2 has it too.
TEST_CASE("an address that does not answer does not hold up the next one") {
  Rig rig;
  const FullServer full;
  io::SocketAddress second = parse_target("127.0.0.2:" + full.port)->addresses.at(0);
  const UniqueFd other{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  REQUIRE(bind(other.get(), reinterpret_cast<sockaddr*>(&second.bytes), second.size) == 0);
  REQUIRE(listen(other.get(), 1) == 0);
  Town town{{"127.0.0.1", "127.0.0.2"}};
  TcpProber prober{rig.means, town.names, {"db:" + full.port}, nullptr};
  CHECK(rig.look(prober, 1h).verdict == CheckVerdict::Passed);
}

TEST_CASE("a name that is not known, and one that is not looked up in time") {
  Rig rig;
  const Answer answer = look_at(rig, "no-such-name.invalid:80", 20s);
  CHECK(answer.verdict == CheckVerdict::Failed);
  CHECK(answer.message.starts_with("cannot look up no-such-name.invalid: "));
  Names silent{io::read_clocks, [&](const std::string&, const io::LookUp::Found&) {
                 return std::make_unique<io::LookUp>(rig.loop, "127.0.0.1", [](const auto&) {});
               }};
  const auto look = [&](const std::string& name) {
    TcpProber prober{rig.means, silent, {name + ":80"}, nullptr};
    return rig.look(prober, 10ms);
  };
  TcpProber first{rig.means, silent, {"a:80"}, nullptr};
  TcpProber second{rig.means, silent, {"b:80"}, nullptr};
  first.look(1h, [](const Answer&) {});
  CHECK(look("b").message == "cannot look up b: no answer within " + format_duration(10ms));
  second.look(1h, [](const Answer&) {});
  const Answer blocked = look("c");
  CHECK(blocked.verdict == CheckVerdict::Unknown);
  CHECK(blocked.message == "cannot look up c: the look-ups of other names take too long");
}

TEST_CASE("want of descriptors says nothing of the service") {
  Rig rig;
  const Server server;
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  TcpProber prober{rig.means, rig.shared.names, {"127.0.0.1:" + server.port}, nullptr};
  const rlimit none{0, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const Answer answer = rig.look(prober);
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK(answer.verdict == CheckVerdict::Unknown);
  CHECK(answer.message == "cannot open a socket: too many open files");
  CHECK(rig.look(prober).verdict == CheckVerdict::Passed);
}

TEST_CASE("a socket that was connected to itself is told from one that somebody accepted") {
  const Server bound{"127.0.0.1", -1};
  io::SocketAddress address = parse_target("127.0.0.1:" + bound.port)->addresses.at(0);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address.bytes);
  REQUIRE(connect(bound.fd.get(), generic, address.size) == 0);
  CHECK(is_connected_to_itself(bound.fd.get()));
  const Server server;
  address = parse_target("127.0.0.1:" + server.port)->addresses.at(0);
  const UniqueFd client{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  REQUIRE(connect(client.get(), generic, address.size) == 0);
  CHECK_FALSE(is_connected_to_itself(client.get()));
}

TEST_CASE("a check that is not wanted any more is silent") {
  Rig rig;
  const Server server;
  auto prober = std::make_unique<TcpProber>(rig.means, rig.shared.names,
                                            model::Template{"127.0.0.1:" + server.port}, nullptr);
  bool called = false;
  prober->look(5s, [&called](const Answer&) { called = true; });
  prober.reset();
  rig.turn_for(20ms);
  CHECK_FALSE(called);
}

}  // namespace
}  // namespace mainstay::checks::test
