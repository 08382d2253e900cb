#include "base/units.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>

namespace mainstay {
namespace {

using namespace std::chrono_literals;

template <typename T>
std::string error_of(const Result<T>& result) {
  return result.ok() ? "accepted" : result.error().message;
}

TEST_CASE("durations are amounts with units, added up") {
  CHECK(*parse_duration("250ms") == 250ms);
  CHECK(*parse_duration("5s") == 5s);
  CHECK(*parse_duration("1m30s") == 90s);
  CHECK(*parse_duration("2h") == 2h);
  CHECK(*parse_duration("7d") == 168h);
  CHECK(*parse_duration("0s") == 0s);
  CHECK(*parse_duration("10us") == 10us);
  CHECK(*parse_duration("1d1h1m1s1ms1us1ns") == 24h + 1h + 1min + 1s + 1ms + 1us + 1ns);
}

TEST_CASE("a duration without a unit is an error that says what to write") {
  CHECK(error_of(parse_duration("5")) == "'5' has no unit; write 5s or 5m");
  CHECK(error_of(parse_duration("1m30")) == "'1m30' has no unit; write 30s or 30m");
}

TEST_CASE("what is no duration is refused") {
  for (const char* text : {"", " ", "s", "-5s", "+5s", "5 s", " 5s", "5s ", "1.5s", "5x", "5S",
                           "5sec", "ms5", "five", "1e3s", "5s,"}) {
    CAPTURE(text);
    CHECK(error_of(parse_duration(text)) != "accepted");
  }
  CHECK(error_of(parse_duration("5x")) ==
        "'5x' is not a duration; write it like 250ms, 5s, 1m30s, 2h or 7d");
}

TEST_CASE("a duration that does not fit is too long, not something else") {
  for (const char* text :
       {"99999999999999999999s", "9223372036854775807d", "106752d", "100000d100000d"}) {
    CAPTURE(text);
    CHECK(error_of(parse_duration(text)) == "'" + std::string{text} + "' is too long a duration");
  }
  CHECK(*parse_duration("9223372036854775807ns") == Duration::max());
}

TEST_CASE("sizes are powers of 1024") {
  CHECK(parse_size("512K")->count == 512 * 1024);
  CHECK(parse_size("512k")->count == 512 * 1024);
  CHECK(parse_size("10M")->count == 10 * 1024 * 1024);
  CHECK(parse_size("10MB")->count == 10 * 1024 * 1024);
  CHECK(parse_size("1GiB")->count == 1024 * 1024 * 1024);
  CHECK(parse_size("1.5K")->count == 1536);
  CHECK(parse_size("100B")->count == 100);
  CHECK(parse_size("2T")->count == 2ULL << 40);
  CHECK(parse_size("0")->count == 0);
  CHECK(parse_size("0M")->count == 0);
}

TEST_CASE("what is no size is refused") {
  CHECK(error_of(parse_size("5")) == "'5' has no unit; write 5K, 5M or 5B");
  for (const char* text : {"", "M", "-5M", "5 M", "5X", "5KiBi", "1..5M", ".", "1e3", "5Mi", "nanM",
                           "infM", "0x10M"}) {
    CAPTURE(text);
    CHECK(error_of(parse_size(text)) != "accepted");
  }
  CHECK(error_of(parse_size("99999999999T")) == "'99999999999T' is too large a size");
  CHECK(error_of(parse_size(std::string(400, '9') + "K")) != "accepted");
}

TEST_CASE("percentages carry their sign and have a limit") {
  CHECK(*parse_percent("80%", 100) == 80.0);
  CHECK(*parse_percent("0.1%", 100) == 0.1);
  CHECK(*parse_percent("0%", 100) == 0.0);
  CHECK(error_of(parse_percent("80", 100)) == "'80' has no unit; write 80%");
  CHECK(error_of(parse_percent("101%", 100)) == "'101%' is more than 100%");
  for (const char* text : {"", "%", "-1%", "8 %", "80%%", "80percent"}) {
    CAPTURE(text);
    CHECK(error_of(parse_percent(text, 100)) != "accepted");
  }
}

TEST_CASE("an exact duration is read back as itself") {
  for (const Duration d : {Duration{0}, Duration{1}, Duration{1500ms}, Duration{90s},
                           Duration{25h + 1ms}, Duration{168h}, Duration::max()}) {
    const std::string text = format_exact(d);
    CAPTURE(text);
    CHECK(*parse_duration(text) == d);
  }
  CHECK(format_exact(90s) == "1m30s");
  CHECK(format_exact(500ms) == "500ms");
  CHECK(format_exact(-90s) == "-1m30s");
  CHECK(format_exact(Duration::min()).front() == '-');
}

TEST_CASE("sizes for people") {
  CHECK(format_size({0}) == "0 B");
  CHECK(format_size({1023}) == "1023 B");
  CHECK(format_size({1024}) == "1 KB");
  CHECK(format_size({48234496}) == "46 MB");
  CHECK(format_size({1024ULL * 1024 * 1024 * 12 / 10}) == "1.2 GB");
  CHECK(format_size({1024ULL * 1024 - 1}) == "1 MB");  // never "1024 KB"
  CHECK(format_size({200ULL << 30}) == "200 GB");
  CHECK(format_size({std::numeric_limits<std::uint64_t>::max()}) == "16777216 TB");
}

}  // namespace
}  // namespace mainstay
