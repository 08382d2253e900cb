#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>
#include <string>

#include "schedule/zone.h"

namespace mainstay::schedule {
namespace {

// Sets TZ for one test and puts back what was there.
class TzVariable {
 public:
  explicit TzVariable(const char* value) {
    if (const char* old = std::getenv("TZ")) old_ = old;
    if (value == nullptr) {
      unsetenv("TZ");
    } else {
      setenv("TZ", value, 1);
    }
  }
  ~TzVariable() {
    if (old_) {
      setenv("TZ", old_->c_str(), 1);
    } else {
      unsetenv("TZ");
    }
  }

 private:
  std::optional<std::string> old_;
};

std::string error_of(const Result<Zone>& zone) {
  return zone.ok() ? "found" : zone.error().message;
}

const WallTime kNoonUtc{std::chrono::hours{12}};

TEST_CASE("a zone is found by its name, also by an older name") {
  const auto madrid = Zone::named("Europe/Madrid");
  REQUIRE(madrid.ok());
  CHECK(madrid->name() == "Europe/Madrid");
  CHECK(madrid->local(kNoonUtc) == LocalMinute{0, 13 * 60});
  CHECK(Zone::named("UTC").ok());
  CHECK(Zone::named("Asia/Calcutta").ok());
}

TEST_CASE("an unknown zone is an error that suggests the one that was meant") {
  CHECK(error_of(Zone::named("Europe/Madird")) ==
        "there is no time zone 'Europe/Madird'; did you mean 'Europe/Madrid'?");
  CHECK(error_of(Zone::named("europe/madrid")) ==
        "there is no time zone 'europe/madrid'; did you mean 'Europe/Madrid'?");
  CHECK(error_of(Zone::named("Nowhere/Nothing/AtAll")) ==
        "there is no time zone 'Nowhere/Nothing/AtAll'");
}

TEST_CASE("a name cannot point outside the database") {
  for (const char* name :
       {"", "/etc/localtime", "../../../etc/localtime", "Europe/../Europe/Madrid", "Europe",
        "Europe/Madrid\n", "file:/etc/localtime"}) {
    CAPTURE(name);
    CHECK_FALSE(Zone::named(name).ok());
  }
  CHECK_FALSE(Zone::named(std::string(100'000, 'A')).ok());
  CHECK(error_of(Zone::named("\x1b[31m")) == "there is no time zone '\\x1b[31m'");
}

TEST_CASE("the machine's zone is TZ when it is set") {
  const TzVariable tz{"Asia/Tokyo"};
  const auto zone = Zone::machine();
  REQUIRE(zone.ok());
  CHECK(zone->name() == "Asia/Tokyo");
  CHECK(zone->local(kNoonUtc) == LocalMinute{0, 21 * 60});
}

TEST_CASE("TZ may begin with a colon, or name a file") {
  const TzVariable colon{":Asia/Tokyo"};
  REQUIRE(Zone::machine().ok());
  CHECK(Zone::machine()->name() == "Asia/Tokyo");
  const TzVariable file{"/usr/share/zoneinfo/Asia/Tokyo"};
  REQUIRE(Zone::machine().ok());
  CHECK(Zone::machine()->local(kNoonUtc) == LocalMinute{0, 21 * 60});
}

TEST_CASE("an empty TZ is UTC, and no TZ is /etc/localtime or UTC") {
  const TzVariable empty{""};
  REQUIRE(Zone::machine().ok());
  CHECK(Zone::machine()->name() == "UTC");
  const TzVariable none{nullptr};
  CHECK(Zone::machine().ok());
}

TEST_CASE("a TZ that is no name of the database is an error, not UTC in silence") {
  const TzVariable posix{"CET-1CEST,M3.5.0,M10.5.0/3"};
  CHECK_FALSE(Zone::machine().ok());
  const TzVariable missing{"/nonexistent/zone"};
  CHECK(error_of(Zone::machine()) ==
        "cannot read the time zone file /nonexistent/zone that TZ names");
}

TEST_CASE("skipped and doubled minutes are told apart") {
  const auto madrid = Zone::named("Europe/Madrid");
  REQUIRE(madrid.ok());
  const std::int64_t march_29 = 20541;
  const auto skipped = madrid->moments({march_29, 2 * 60 + 30});
  CHECK(skipped.skipped);
  CHECK(format_rfc3339(skipped.first) == "2026-03-29T01:00:00.000Z");
  const std::int64_t october_25 = march_29 + 210;
  const auto doubled = madrid->moments({october_25, 2 * 60 + 30});
  CHECK(doubled.doubled);
  CHECK(format_rfc3339(doubled.first) == "2026-10-25T00:30:00.000Z");
  CHECK(format_rfc3339(doubled.second) == "2026-10-25T01:30:00.000Z");
  const auto plain = madrid->moments({october_25, 12 * 60});
  CHECK_FALSE(plain.skipped);
  CHECK_FALSE(plain.doubled);
  CHECK(plain.first == plain.second);
}

TEST_CASE("the next time the clock is put back is on record, or there is none") {
  const auto madrid = Zone::named("Europe/Madrid");
  REQUIRE(madrid.ok());
  const auto from = parse_rfc3339("2026-01-01T00:00:00Z");
  REQUIRE(from.ok());
  const auto back = madrid->next_put_back(*from);
  REQUIRE(back.has_value());
  CHECK(format_rfc3339(*back) == "2026-10-25T01:00:00.000Z");
  CHECK_FALSE(Zone::utc().next_put_back(*from).has_value());
}

}  // namespace
}  // namespace mainstay::schedule
