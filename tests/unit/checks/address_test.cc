#include "checks/address.h"

#include <doctest/doctest.h>

namespace mainstay::checks {
namespace {

TEST_CASE("numbers are addresses at once") {
  for (const char* text : {"127.0.0.1:8000", "[::1]:80", "[fe80::1]:65535"}) {
    const auto target = parse_target(text);
    REQUIRE(target);
    CHECK(target->name.empty());
    REQUIRE(target->addresses.size() == 1);
    CHECK(to_text(target->addresses[0]) == text);
  }
}

TEST_CASE("a bare port is this machine's, over IPv4 and IPv6") {
  const auto target = parse_target("8000");
  REQUIRE(target);
  REQUIRE(target->addresses.size() == 2);
  CHECK(to_text(target->addresses[0]) == "127.0.0.1:8000");
  CHECK(to_text(target->addresses[1]) == "[::1]:8000");
}

TEST_CASE("anything else is a name") {
  const auto target = parse_target("db.internal:5432");
  REQUIRE(target);
  CHECK(target->name == "db.internal");
  CHECK(target->port == 5432);
  CHECK(target->addresses.empty());
}

TEST_CASE("what comes out of a reference may be nothing to connect to") {
  for (const char* text : {"", ":80", "host:", "host:0", "host:65536", "host:port", "[::1]",
                           "[nonsense]:80", "0", "-1", "\x1b[31m"}) {
    const auto target = parse_target(text);
    REQUIRE_FALSE(target);
    CHECK(target.error().message.ends_with("is not host:port"));
    CHECK(target.error().message.find('\x1b') == std::string::npos);
  }
}

}  // namespace
}  // namespace mainstay::checks
