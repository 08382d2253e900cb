#include "base/time.h"

#include <doctest/doctest.h>
#include <time.h>

#include <cstdlib>
#include <optional>
#include <string>

namespace mainstay {
namespace {

using namespace std::chrono_literals;

TEST_CASE("times are written in UTC with milliseconds or microseconds") {
  CHECK(format_rfc3339(WallTime{}) == "1970-01-01T00:00:00.000Z");
  CHECK(format_rfc3339(WallTime{1795340192728ms}) == "2026-11-22T09:36:32.728Z");
  CHECK(format_rfc3339(WallTime{1795340192728999us}) == "2026-11-22T09:36:32.728Z");
  CHECK(format_rfc3339_micros(WallTime{1795340192728999us}) == "2026-11-22T09:36:32.728999Z");
  CHECK(format_rfc3339(WallTime{-1ms}) == "1969-12-31T23:59:59.999Z");
  CHECK(format_rfc3339(WallTime{Duration::max()}) == "2262-04-11T23:47:16.854Z");
}

TEST_CASE("times are read back, with any number of digits and any offset") {
  CHECK(parse_rfc3339("2026-11-22T09:36:32.728Z")->since_epoch == 1795340192728ms);
  CHECK(parse_rfc3339("2026-11-22T09:36:32Z")->since_epoch == 1795340192s);
  CHECK(parse_rfc3339("2026-11-22 09:36:32z")->since_epoch == 1795340192s);
  CHECK(parse_rfc3339("2026-11-22T10:36:32+01:00")->since_epoch == 1795340192s);
  CHECK(parse_rfc3339("2026-11-22T04:06:32-05:30")->since_epoch == 1795340192s);
  CHECK(parse_rfc3339("1970-01-01T00:00:00.000000001Z")->since_epoch == 1ns);
  CHECK(parse_rfc3339("1970-01-01T00:00:00.5Z")->since_epoch == 500ms);
  CHECK(parse_rfc3339("2028-02-29T00:00:00Z").ok());
}

TEST_CASE("what is no time is refused") {
  for (const char* text :
       {"", "2026-11-22", "2026-11-22T09:36:32", "2026-11-22T09:36Z", "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T09:60:00Z",
        "2026-11-22T09:36:61Z", "2026-11-22T09:36:32.Z", "2026-11-22T09:36:32.1234567890Z",
        "2026-11-22T09:36:32Zx", "2026-11-22T09:36:32+1:00", "2026-11-22T09:36:32+24:00",
        "2026-11-22T09:36:32+0100", "-026-11-22T09:36:32Z", "26-11-22T09:36:32Z",
        " 2026-11-22T09:36:32Z", "now"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text).ok());
  }
  CHECK(parse_rfc3339("now").error().message ==
        "'now' is not a time; write it like 2026-11-22T09:36:32Z");
}

TEST_CASE("years that nanoseconds cannot hold are refused") {
  CHECK_FALSE(parse_rfc3339("9999-12-31T23:59:59Z").ok());
  CHECK_FALSE(parse_rfc3339("0000-01-01T00:00:00Z").ok());
  CHECK(parse_rfc3339("2261-12-31T23:59:60-23:59").ok());
  CHECK(parse_rfc3339("1678-01-01T00:00:00+23:59").ok());
}

TEST_CASE("durations for people have two units at most") {
  CHECK(format_duration(0ms) == "0 ms");
  CHECK(format_duration(350ms) == "350 ms");
  CHECK(format_duration(999999us) == "999 ms");
  CHECK(format_duration(4200ms) == "4.2 s");
  CHECK(format_duration(59999ms) == "59.9 s");
  CHECK(format_duration(60s) == "1m 00s");
  CHECK(format_duration(90s) == "1m 30s");
  CHECK(format_duration(2h + 3min + 59s) == "2h 03m");
  CHECK(format_duration(76h) == "3d 4h");
  CHECK(format_duration(-90s) == "-1m 30s");
  CHECK(format_duration(Duration::min()).front() == '-');
}

TEST_CASE("ages are coarse, and never negative") {
  CHECK(format_age(0s) == "0s");
  CHECK(format_age(59s) == "59s");
  CHECK(format_age(9min + 59s) == "9m");
  CHECK(format_age(2h) == "2h");
  CHECK(format_age(100h) == "4d");
  CHECK(format_age(-5s) == "0s");
}

TEST_CASE("the wall time of another moment follows from one reading of both clocks") {
  const Now now{MonoTime{100s}, WallTime{1795340192s}};
  CHECK(now.wall_of(MonoTime{90s}).since_epoch == 1795340182s);
  CHECK(now.wall_of(MonoTime{101s}).since_epoch == 1795340193s);
}

TEST_CASE("local times are in the machine's zone") {
  CHECK(format_local_clock(WallTime{1795340192s}).size() == 8);
  CHECK(format_local_date_clock(WallTime{1795340192s}).size() == 19);
}

// The zone of this process while it lives.
class TimeZone {
 public:
  explicit TimeZone(const char* text) {
    if (const char* old = std::getenv("TZ")) old_ = old;
    setenv("TZ", text, 1);
    tzset();
  }
  ~TimeZone() {
    if (old_) {
      setenv("TZ", old_->c_str(), 1);
    } else {
      unsetenv("TZ");
    }
    tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;

 private:
  std::optional<std::string> old_;
};

std::string midnight_after(const char* time) {
  return format_rfc3339(next_local_midnight(*parse_rfc3339(time)));
}

TEST_CASE("the next midnight is that of the machine's zone") {
  const TimeZone zone{"XXX3"};  // three hours behind UTC
  CHECK(midnight_after("2026-11-22T02:59:59.999Z") == "2026-11-22T03:00:00.000Z");
  CHECK(midnight_after("2026-11-22T03:00:00Z") == "2026-11-23T03:00:00.000Z");
  CHECK(midnight_after("2026-12-31T12:00:00Z") == "2027-01-01T03:00:00.000Z");
}

TEST_CASE("a day of 23 or 25 hours, and one without a midnight, end too") {
  // Summer time begins at midnight on the second Sunday of October, and ends at one in the night.
  const TimeZone zone{"AAA4BBB,M10.2.0/0,M2.3.0/1"};
  CHECK(midnight_after("2026-10-10T12:00:00Z") == "2026-10-11T04:00:00.000Z");
  CHECK(midnight_after("2026-10-11T04:00:00Z") == "2026-10-12T03:00:00.000Z");
  WallTime at = *parse_rfc3339("2026-01-01T00:00:00Z");
  for (int day = 0; day < 730; ++day) {
    const WallTime next = next_local_midnight(at);
    REQUIRE(next > at);
    REQUIRE(next - at <= std::chrono::hours{25});
    at = next;
  }
  CHECK(next_local_midnight(WallTime{Duration::max()}) > WallTime{Duration::max() - 72h});
}

}  // namespace
}  // namespace mainstay
