#include "control/port_clues.h"

#include <doctest/doctest.h>

namespace mainstay::control {
namespace {

using Ports = std::vector<std::uint16_t>;

TEST_CASE("the complaints of common languages are recognised") {
  CHECK(says_address_in_use("Error: listen EADDRINUSE: address already in use :::8000"));
  CHECK(says_address_in_use("OSError: [Errno 98] Address already in use"));
  CHECK(says_address_in_use("listen tcp 0.0.0.0:8000: bind: address already in use"));
  CHECK(says_address_in_use("Port 5173 is already in use"));
  CHECK_FALSE(says_address_in_use("listening on port 8000"));
}

TEST_CASE("ports are found where a line names them, and nothing else is taken for one") {
  CHECK(ports_in("Error: listen EADDRINUSE: address already in use :::8000") == Ports{8000});
  CHECK(ports_in("listen tcp 0.0.0.0:8000: bind: address already in use") == Ports{});
  CHECK(ports_in("bind to 0.0.0.0:8000 failed") == Ports{8000});
  CHECK(ports_in("bind to [::1]:8000 failed") == Ports{8000});
  CHECK(ports_in("  port: 3000,") == Ports{3000});
  CHECK(ports_in("Port 5173 is already in use") == Ports{5173});
  CHECK(ports_in("bind(('0.0.0.0', 8080))") == Ports{8080});
  CHECK(ports_in("[2026-11-22 10:00:05] [98] Connection in use: ('127.0.0.1', 5000)") ==
        Ports{5000});
  CHECK(ports_in("OSError: [Errno 98] Address already in use") == Ports{});
  CHECK(ports_in("at Server.listen (node:net:1900:16)") == Ports{});
  CHECK(ports_in("2026-11-22T10:30:05Z 10:30 cannot bind web1:8080") == Ports{8080});
  CHECK(ports_in("port 99999 or port 0") == Ports{});
  CHECK(ports_in("") == Ports{});
}

TEST_CASE("a complaint without a port is completed by the lines beside it") {
  const std::vector<std::string_view> lines = {"{", "  code: 'EADDRINUSE',", "  errno: -98,",
                                               "  port: 8000", "}"};
  CHECK(complained_ports(lines) == Ports{8000});
  const std::vector<std::string_view> quiet = {"listening on port 8000", "bye"};
  CHECK(complained_ports(quiet).empty());
}

TEST_CASE("a declaration tells the port of each instance") {
  model::ServiceSpec spec;
  spec.env["PORT"] = model::Template{"8000"};
  spec.env["WORKERS"] = model::Template{"4"};
  spec.env["ADMIN_PORT"] = model::Template{"9000"};
  spec.env["SECRET_PORT"] = model::SecretFile{"/x"};
  spec.env["NAME"] = model::Template{"x"};
  spec.increment_env = {"PORT"};
  spec.listen = {{"http", "tcp://0.0.0.0:8443"}};
  CHECK(declared_ports(spec, 2) == Ports{9000, 8002, 8443});
}

TEST_CASE("an instance whose number leaves the range of ports has none") {
  model::ServiceSpec spec;
  spec.env["PORT"] = model::Template{"65535"};
  spec.increment_env = {"PORT"};
  CHECK(declared_ports(spec, 0) == Ports{65535});
  CHECK(declared_ports(spec, 1).empty());
}

}  // namespace
}  // namespace mainstay::control
