#include "logs/known_lines.h"

#include <doctest/doctest.h>

#include <string>

#include "fuzz/other_digits.h"
#include "logs/incident.h"

using namespace mainstay::logs;
using mainstay::test::with_other_digits;

namespace {

Signature signature_of(const std::string& line) {
  Incident incident;
  incident.begin(line, LineKind::of(line), {});
  return incident.signature();
}

constexpr const char* kLines[] = {
    "2026-11-22 10:00:00 ERROR db: cannot reach 10.0.0.17:5432, try 12",
    "E0422 10:03:05.123456   123 file.go:42] cannot sync pod-7f9 after 3.5s",
    "ERROR at 0x7ffe12ab in step2 of fe80::12:1, 1,234,567 bytes, 80%, 250ms",
    "level=error ts=1732269600.123 msg=\"cannot connect to 10.1.2.3\" err=\"timeout 30s\"",
    "[2026-11-22 10:03:05,123: WARNING/Worker-8] task 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed late",
    "WARN /srv/shop/v2/items17.json: user17@example.org: https://a1.example.org:8080/x/9 is slow",
    "app.rb:1:in `work2': boom 5 (RuntimeError)",
    "Error: listen EADDRINUSE: address already in use :::3000",
    "/app/index.js:31",
    "error: 'order 17' of \"customer 5\" and 22/Nov/2026:10:00:00 in build 20261122a9",
    "1x0 ERROR 0X1f and 10x5 0x 00x1",
};

}  // namespace

TEST_CASE("lines that differ only in their digits are known as one, and are the same in all else") {
  KnownLines known;
  for (const std::string line : kLines) {
    CAPTURE(line);
    const auto first = known.find(line);
    REQUIRE(first);
    for (int by = 1; by < 10; ++by) {
      const std::string other = with_other_digits(line, by);
      CAPTURE(other);
      CHECK(known.find(other) == first);
      const Interest interest = interest_of(other);
      CHECK(interest.level == first->interest.level);
      CHECK(interest.request == first->interest.request);
      const LineKind kind = LineKind::of(other);
      CHECK(kind.shape == first->kind.shape);
      CHECK(kind.indented == first->kind.indented);
      CHECK(kind.level == first->kind.level);
      const KeyedSignature one{signature_of(line)};
      CHECK(one.key == KeyedSignature{signature_of(other)}.key);
    }
  }
}

TEST_CASE("lines whose digits say what they are, and long ones, are not remembered") {
  KnownLines known;
  for (const char* line :
       {"<3>cannot sync", "  {\"level\":50,\"msg\":\"x\"}", "", " \t", "\x1b[31mERROR\x1b[0m x"})
    CHECK_FALSE(known.find(line));
  CHECK(known.find("ERROR " + std::string(KnownLines::kLongest - 6, 'x')));
  CHECK_FALSE(known.find("ERROR " + std::string(KnownLines::kLongest - 5, 'x')));
}

TEST_CASE("0x is another thing than 1x") {
  KnownLines known;
  CHECK(known.find("ERROR 0x12") != known.find("ERROR 1x12"));
}

TEST_CASE("what is in use stays when all is forgotten") {
  KnownLines known;
  const auto first = known.find("ERROR first");
  for (std::size_t i = 0; i < KnownLines::kMost; ++i)
    known.find("ERROR " + std::string(i % 200, 'a') + std::string(i / 200 + 1, 'b'));
  CHECK(known.find("ERROR first") != first);
  CHECK(first->kind.level == Level::Error);
}
