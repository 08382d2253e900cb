#include <doctest/doctest.h>

#include <fstream>
#include <string>
#include <vector>

#include "base/text.h"
#include "schedule/cron.h"

namespace mainstay::schedule {
namespace {

WallTime at(std::string_view text) {
  const auto time = parse_rfc3339(text);
  REQUIRE(time.ok());
  return *time;
}

Zone zone(std::string_view name) {
  auto found = Zone::named(name);
  REQUIRE_MESSAGE(found.ok(), "the time zone database is needed: ", name);
  return *found;
}

std::string shown(std::optional<WallTime> time) {
  if (!time) return "-";
  std::string text = format_rfc3339(*time);
  const std::size_t fraction = text.find(".000Z");
  return fraction == std::string::npos ? text : text.substr(0, fraction) + "Z";
}

// The next `count` moments, separated by blanks.
std::string next(std::string_view cron, std::string_view zone_name, std::string_view after,
                 int count) {
  const auto parsed = parse_cron(cron);
  REQUIRE_MESSAGE(parsed.ok(), cron);
  const Zone where = zone(zone_name);
  std::vector<std::string> moments;
  std::optional<WallTime> time = at(after);
  for (int i = 0; i < count && time; ++i) {
    time = next_after(*parsed, where, *time);
    moments.push_back(shown(time));
  }
  return join(moments, " ");
}

TEST_CASE("the next moment is after the given one, never the same") {
  CHECK(next("* * * * *", "UTC", "2026-11-22T09:36:00Z", 1) == "2026-11-22T09:37:00Z");
  CHECK(next("* * * * *", "UTC", "2026-11-22T09:35:59.999999999Z", 1) == "2026-11-22T09:36:00Z");
  CHECK(next("* * * * *", "UTC", "2026-11-22T09:36:00.000000001Z", 1) == "2026-11-22T09:37:00Z");
  CHECK(next("59 23 31 12 *", "UTC", "2026-12-31T23:59:00Z", 1) == "2027-12-31T23:59:00Z");
  CHECK(next("* * * * *", "UTC", "1969-12-31T23:58:30Z", 2) ==
        "1969-12-31T23:59:00Z 1970-01-01T00:00:00Z");
}

TEST_CASE("with both day fields restricted, a day that fits either is due") {
  // 2026-11-22 is a Sunday.
  CHECK(next("0 0 25 * MON", "UTC", "2026-11-22T12:00:00Z", 3) ==
        "2026-11-23T00:00:00Z 2026-11-25T00:00:00Z 2026-11-30T00:00:00Z");
  CHECK(next("0 0 * * MON", "UTC", "2026-11-22T12:00:00Z", 2) ==
        "2026-11-23T00:00:00Z 2026-11-30T00:00:00Z");
  CHECK(next("0 0 25 * *", "UTC", "2026-11-22T12:00:00Z", 2) ==
        "2026-11-25T00:00:00Z 2026-12-25T00:00:00Z");
  // A star with a step is a restriction: odd days, or Mondays.
  CHECK(next("0 0 */2 * MON", "UTC", "2026-11-27T12:00:00Z", 3) ==
        "2026-11-29T00:00:00Z 2026-11-30T00:00:00Z 2026-12-01T00:00:00Z");
}

TEST_CASE("L follows the length of the month") {
  CHECK(next("0 0 L * *", "UTC", "2028-01-31T00:00:00Z", 3) ==
        "2028-02-29T00:00:00Z 2028-03-31T00:00:00Z 2028-04-30T00:00:00Z");
  CHECK(next("0 0 * * 5L", "UTC", "2026-11-01T00:00:00Z", 2) ==
        "2026-11-27T00:00:00Z 2026-12-25T00:00:00Z");
  CHECK(next("0 0 * * 0L", "UTC", "2027-02-01T00:00:00Z", 1) == "2027-02-28T00:00:00Z");
}

TEST_CASE("rare days are found, and days that never come are not looked for long") {
  CHECK(next("0 0 29 2 *", "UTC", "2096-02-29T00:00:00Z", 1) == "2104-02-29T00:00:00Z");
  CHECK(next("0 0 31 * *", "UTC", "2026-01-31T00:00:00Z", 2) ==
        "2026-03-31T00:00:00Z 2026-05-31T00:00:00Z");
  for (const char* cron : {"0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "* * 30-31 FEB *"}) {
    CAPTURE(cron);
    CHECK(next(cron, "Europe/Madrid", "2026-01-01T00:00:00Z", 1) == "-");
  }
}

TEST_CASE("a time that the wall skips is due once, right after") {
  // Madrid goes from 02:00 to 03:00 at 2026-03-29T01:00Z.
  CHECK(next("30 2 * * *", "Europe/Madrid", "2026-03-28T12:00:00Z", 2) ==
        "2026-03-29T01:00:00Z 2026-03-30T00:30:00Z");
  CHECK(next("*/10 2 * * *", "Europe/Madrid", "2026-03-28T12:00:00Z", 2) ==
        "2026-03-29T01:00:00Z 2026-03-30T00:00:00Z");
  CHECK(next("0 2,3 * * *", "Europe/Madrid", "2026-03-28T12:00:00Z", 2) ==
        "2026-03-29T01:00:00Z 2026-03-30T00:00:00Z");
  // Cuba skips midnight itself.
  CHECK(next("@daily", "America/Havana", "2026-03-07T12:00:00Z", 2) ==
        "2026-03-08T05:00:00Z 2026-03-09T04:00:00Z");
  // Samoa skipped a whole day, 2011-12-30.
  CHECK(next("0 12 * * *", "Pacific/Apia", "2011-12-29T23:00:00Z", 2) ==
        "2011-12-30T10:00:00Z 2011-12-30T22:00:00Z");
}

TEST_CASE("a time that the wall shows twice is due the first time only") {
  // Madrid goes from 03:00 back to 02:00 at 2026-10-25T01:00Z.
  CHECK(next("30 2 * * *", "Europe/Madrid", "2026-10-24T12:00:00Z", 2) ==
        "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z");
  CHECK(next("*/30 2 * * *", "Europe/Madrid", "2026-10-24T12:00:00Z", 3) ==
        "2026-10-25T00:00:00Z 2026-10-25T00:30:00Z 2026-10-26T01:00:00Z");
  // Asked in the second pass, the first is gone.
  CHECK(next("30 2 * * *", "Europe/Madrid", "2026-10-25T01:10:00Z", 1) == "2026-10-26T01:30:00Z");
  CHECK(next("0 */2 * * *", "Europe/Madrid", "2026-10-24T23:00:00Z", 2) ==
        "2026-10-25T00:00:00Z 2026-10-25T03:00:00Z");
}

TEST_CASE("what runs every hour runs on through changes of the clock") {
  CHECK(next("5 * * * *", "Europe/Madrid", "2026-03-29T00:00:00Z", 3) ==
        "2026-03-29T00:05:00Z 2026-03-29T01:05:00Z 2026-03-29T02:05:00Z");
  CHECK(next("*/20 * * * *", "Europe/Madrid", "2026-10-25T00:30:00Z", 6) ==
        "2026-10-25T00:40:00Z 2026-10-25T01:00:00Z 2026-10-25T01:20:00Z 2026-10-25T01:40:00Z "
        "2026-10-25T02:00:00Z 2026-10-25T02:20:00Z");
  // Lord Howe is put back by half an hour only, at 2026-04-04T15:00Z, from 02:00 to 01:30.
  CHECK(next("45 * * * *", "Australia/Lord_Howe", "2026-04-04T14:00:00Z", 3) ==
        "2026-04-04T14:45:00Z 2026-04-04T15:15:00Z 2026-04-04T16:15:00Z");
}

TEST_CASE("the end of what nanoseconds can hold is the end of the search") {
  CHECK(next("* * * * *", "UTC", "2261-06-01T00:00:00Z", 1) == "-");
  CHECK(next("* * * * *", "Europe/Madrid", "2260-12-31T23:59:00Z", 1) == "-");
}

TEST_CASE("moments only ever go forward, whatever the expression, across changes of the clock") {
  const Zone madrid = zone("Europe/Madrid");
  for (const char* text :
       {"*/7 * * * *", "*/7 1-3 * * *", "0 2 * * *", "59 * * * *", "15,45 2,3 25,29 * SUN"}) {
    CAPTURE(text);
    const auto cron = parse_cron(text);
    REQUIRE(cron.ok());
    for (const char* begin : {"2026-03-28T20:00:00Z", "2026-10-24T20:00:00Z"}) {
      // Asking from every minute must give the same moments as going from moment to moment.
      std::vector<std::string> walked;
      const WallTime end = at(begin) + std::chrono::hours{10};
      for (auto t = next_after(*cron, madrid, at(begin)); t && *t <= end;
           t = next_after(*cron, madrid, *t)) {
        walked.push_back(shown(t));
      }
      std::vector<std::string> asked;
      for (WallTime t = at(begin); t < end; t = t + std::chrono::minutes{1}) {
        const auto due = next_after(*cron, madrid, t);
        if (due && *due <= t + std::chrono::minutes{1}) asked.push_back(shown(due));
      }
      CHECK(walked == asked);
    }
  }
}

TEST_CASE("croner agrees on every line of the golden table") {
  std::ifstream table{MAINSTAY_SOURCE_DIR "/tests/golden/cron_next.tsv"};
  REQUIRE(table.is_open());
  int lines = 0;
  for (std::string line; std::getline(table, line); ++lines) {
    CAPTURE(line);
    const auto columns = split(line, '\t');
    REQUIRE(columns.size() == 6);
    const std::string want =
        std::string{columns[3]} + " " + std::string{columns[4]} + " " + std::string{columns[5]};
    CHECK(next(columns[0], columns[1], columns[2], 3) == want);
  }
  CHECK(lines == 1380);
}

}  // namespace
}  // namespace mainstay::schedule
