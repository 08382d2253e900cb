#include "config/former.h"

#include <doctest/doctest.h>

#include <chrono>

namespace mainstay::config::test {

namespace {

constexpr WallTime at(int seconds) {
  return WallTime{std::chrono::seconds{seconds}};
}

}  // namespace

TEST_CASE("a configuration that is replaced was in force since the one before it ended") {
  const Former first = former_of("A", std::nullopt, "bob", at(10));
  CHECK(!first.since);
  CHECK(first.until == at(10));
  CHECK(first.replaced_by == "bob");
  CHECK(first.sources == "A");
  const Former second = former_of("B", first, "eve", at(30));
  CHECK(second.since == at(10));
  CHECK(second.until == at(30));
  CHECK(second.replaced_by == "eve");
  CHECK(second.sources == "B");
}

TEST_CASE("what a controller leaves about the configuration before is read by the next") {
  const Former first = former_of(std::string{"A\0\xff", 3}, std::nullopt, "", at(10));
  const Former second = former_of("B", first, "uid 0", at(30));
  for (const Former& former : {first, second}) {
    const std::string bytes = former.encode();
    const auto decoded = Former::decode(bytes);
    REQUIRE(decoded);
    CHECK(*decoded == former);
    for (std::size_t size = 0; size < bytes.size(); ++size)
      CHECK(!Former::decode(bytes.substr(0, size)));
    CHECK(!Former::decode(bytes + "x"));
    CHECK(!Former::decode("x" + bytes));
  }
}

}  // namespace mainstay::config::test
