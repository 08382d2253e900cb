#include "gateway/access/host.h"

#include <doctest/doctest.h>

#include "unit/gateway/access/gate_rig.h"

using namespace mainstay;
using namespace mainstay::gateway;
using namespace mainstay::gateway::testing;

namespace {

bool own(const std::string& host, const std::string& listen, bool tls = false) {
  WebRequest asked = with(request("GET"), "host", host);
  asked.encrypted = tls;
  return is_own_host(asked, {listen, "server.example.org"});
}

}  // namespace

TEST_CASE("on loopback only the names of loopback are ours, whatever the port") {
  for (const std::string& listen :
       {std::string{"127.0.0.1:9615"}, std::string{"[::1]:9615"}, std::string{"localhost:9615"}}) {
    for (const char* host :
         {"localhost", "localhost:9615", "LocalHost:1234", "127.0.0.1:9615", "127.1.2.3",
          "[::1]:9615", "[::1]", "[0:0:0:0:0:0:0:1]", "localhost."}) {
      CAPTURE(host);
      CHECK(own(host, listen));
    }
    for (const char* host : {"",
                             "evil.example",
                             "localhost.evil.example",
                             "127.0.0.1.evil.example",
                             "10.0.0.1",
                             "server",
                             "server.example.org",
                             "[::2]",
                             "::1",
                             "[::1",
                             "[::1]x",
                             "localhost:",
                             "localhost:x",
                             "localhost:123456",
                             "localhost:9615:1",
                             "user@localhost",
                             "localhost/",
                             " localhost",
                             "127.1",
                             "2130706433",
                             "0x7f.1",
                             "[::ffff:10.0.0.1]",
                             "127.0.0.1\t"}) {
      CAPTURE(host);
      CHECK(!own(host, listen));
    }
  }
}

TEST_CASE("where others may connect, addresses and the names of the machine are ours as well") {
  for (const std::string& listen : {std::string{"0.0.0.0:9615"}, std::string{"[::]:9615"}}) {
    for (const char* host : {"localhost:9615", "10.0.0.1:9615", "[fd00::1]:8080", "server",
                             "SERVER.example.org:9615", "server.local"}) {
      CAPTURE(host);
      CHECK(own(host, listen));
    }
    for (const char* host : {"", "evil.example", "example.org", "server.evil.example", "10.0.0"}) {
      CAPTURE(host);
      CHECK(!own(host, listen));
    }
  }
  CHECK(own("status.example.net", "status.example.net:443"));
  CHECK(!own("other.example.net", "status.example.net:443"));
}

TEST_CASE("over TLS the certificate has been checked against the name already") {
  CHECK(own("anything.example", "127.0.0.1:9615", true));
  CHECK(!own("", "127.0.0.1:9615", true));
  CHECK(!own("no host", "127.0.0.1:9615", true));
}

TEST_CASE("the origin may say https where a proxy speaks it for us, never http where we do") {
  WebRequest asked =
      with(with(request("POST"), "host", "page.example"), "origin", "https://page.example");
  CHECK(!is_foreign(asked));
  asked.encrypted = true;
  CHECK(!is_foreign(asked));
  asked = with(asked, "origin", "http://page.example");
  CHECK(is_foreign(asked));
  asked.encrypted = false;
  CHECK(!is_foreign(asked));
}

TEST_CASE("host and port of what Host and listen say") {
  CHECK(host_in("127.0.0.1:9615") == "127.0.0.1");
  CHECK(port_in("127.0.0.1:9615") == "9615");
  CHECK(host_in("[::1]:9615") == "[::1]");
  CHECK(port_in("[::1]:9615") == "9615");
  CHECK(host_in("name") == "name");
  CHECK(port_in("name") == "");
  CHECK(host_in("") == "");
  CHECK(machine_name() == machine_name());
}
