#include "base/moment.h"

#include <doctest/doctest.h>
#include <time.h>

#include <cstdlib>

namespace mainstay {
namespace {

// A zone for the length of a test; the tests of a program run one after another.
struct Zone {
  explicit Zone(const char* name) {
    setenv("TZ", name, 1);
    tzset();
  }
  ~Zone() {
    unsetenv("TZ");
    tzset();
  }
};

std::string moment(std::string_view text, std::string_view now) {
  const auto parsed = parse_moment(text, *parse_rfc3339(now));
  return parsed ? format_rfc3339(*parsed) : parsed.error().message;
}

constexpr std::string_view kNow = "2026-11-22T10:30:00Z";

}  // namespace

TEST_CASE("a duration is that long ago") {
  CHECK(moment("10m", kNow) == "2026-11-22T10:20:00.000Z");
  CHECK(moment("2h30m", kNow) == "2026-11-22T08:00:00.000Z");
  CHECK(moment("1d", kNow) == "2026-11-21T10:30:00.000Z");
  CHECK(moment("now", kNow) == "2026-11-22T10:30:00.000Z");
}

TEST_CASE("times are local unless they say otherwise") {
  const Zone zone{"Europe/Madrid"};
  CHECK(moment("2026-11-22T10:03:00Z", kNow) == "2026-11-22T10:03:00.000Z");
  CHECK(moment("2026-11-22T10:03:00.25+05:00", kNow) == "2026-11-22T05:03:00.250Z");
  CHECK(moment("2026-11-22 10:03", kNow) == "2026-11-22T09:03:00.000Z");
  CHECK(moment("2026-11-22T10:03:05", kNow) == "2026-11-22T09:03:05.000Z");
  CHECK(moment("2026-07-01 10:03:05", kNow) == "2026-07-01T08:03:05.000Z");
  CHECK(moment("2026-07-01", kNow) == "2026-06-30T22:00:00.000Z");
  CHECK(moment("today", kNow) == "2026-11-21T23:00:00.000Z");
  CHECK(moment("yesterday", kNow) == "2026-11-20T23:00:00.000Z");
}

TEST_CASE("a clock alone is its last occurrence") {
  const Zone zone{"Europe/Madrid"};  // 11:30 on the wall
  CHECK(moment("11:29", kNow) == "2026-11-22T10:29:00.000Z");
  CHECK(moment("11:30:00", kNow) == "2026-11-22T10:30:00.000Z");
  CHECK(moment("11:31", kNow) == "2026-11-21T10:31:00.000Z");
  CHECK(moment("00:05", "2026-01-01T00:00:00Z") == "2025-12-31T23:05:00.000Z");
  CHECK(moment("23:00", "2026-03-01T08:00:00Z") == "2026-02-28T22:00:00.000Z");
}

TEST_CASE("days when the clock changes begin and end where they do") {
  const Zone zone{"Europe/Madrid"};
  CHECK(moment("today", "2026-10-25T12:00:00Z") == "2026-10-24T22:00:00.000Z");
  CHECK(moment("yesterday", "2026-10-26T12:00:00Z") == "2026-10-24T22:00:00.000Z");
  CHECK(moment("2026-03-29 03:30", kNow) == "2026-03-29T01:30:00.000Z");
}

TEST_CASE("what is no time is refused with the forms to write") {
  for (const char* bad : {"", "5", "10:3", "25:00", "10:60", "2026-13-01", "2026-02-30", "tomorrow",
                          "2026-11-22 25:00", "2026-11-22X10:03", "-5m", "10:03:61", "9999999d"}) {
    CAPTURE(bad);
    CHECK(moment(bad, kNow).find("is not a time; write 10m or 2h30m (ago), 10:03") !=
          std::string::npos);
  }
}

}  // namespace mainstay
