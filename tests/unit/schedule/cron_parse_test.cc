#include <doctest/doctest.h>

#include <initializer_list>
#include <string>

#include "schedule/cron.h"

namespace mainstay::schedule {
namespace {

std::uint64_t bits(std::initializer_list<int> values) {
  std::uint64_t out = 0;
  for (const int value : values)
    out |= std::uint64_t{1} << value;
  return out;
}

CronExpression parsed(std::string_view text) {
  const auto cron = parse_cron(text);
  REQUIRE_MESSAGE(cron.ok(), text, ": ", cron.ok() ? "" : cron.error().message);
  return *cron;
}

std::string error_of(std::string_view text) {
  const auto cron = parse_cron(text);
  return cron.ok() ? "accepted" : cron.error().message;
}

TEST_CASE("single values, lists, ranges and steps become bits") {
  CHECK(parsed("5 * * * *").minutes == bits({5}));
  CHECK(parsed("1,3,59 * * * *").minutes == bits({1, 3, 59}));
  CHECK(parsed("10-13 * * * *").minutes == bits({10, 11, 12, 13}));
  CHECK(parsed("*/20 * * * *").minutes == bits({0, 20, 40}));
  CHECK(parsed("10-30/10 * * * *").minutes == bits({10, 20, 30}));
  CHECK(parsed("50/4 * * * *").minutes == bits({50, 54, 58}));
  CHECK(parsed("0 9-17/4,23 * * *").hours == bits({9, 13, 17, 23}));
  CHECK(parsed("0 0 1-31/10 * *").days == bits({1, 11, 21, 31}));
  CHECK(parsed("? ? ? ? ?") == parsed("* * * * *"));
}

TEST_CASE("months and weekdays have names in any case") {
  CHECK(parsed("0 0 1 JAN,jun-Aug *").months == bits({1, 6, 7, 8}));
  CHECK(parsed("0 0 * * mon-FRI").weekdays == bits({1, 2, 3, 4, 5}));
  CHECK(parsed("0 0 * * Sat/1").weekdays == bits({6}));
}

TEST_CASE("Sunday is 0 and 7") {
  CHECK(parsed("0 0 * * 0") == parsed("0 0 * * 7"));
  CHECK(parsed("0 0 * * 5-7").weekdays == bits({5, 6, 0}));
  CHECK(parsed("0 0 * * FRI-SUN").weekdays == bits({5, 6, 0}));
  CHECK(parsed("0 0 * * 7/2").weekdays == bits({0}));
  CHECK(parsed("0 0 * * */2").weekdays == bits({0, 2, 4, 6}));
  CHECK(parsed("0 0 * * SUN").weekdays == bits({0}));
}

TEST_CASE("only a bare star leaves a day field open") {
  CHECK(parsed("0 0 * * MON").any_day);
  CHECK(parsed("0 0 ? * MON").any_day);
  CHECK_FALSE(parsed("0 0 */2 * MON").any_day);
  CHECK_FALSE(parsed("0 0 1 * */2").any_weekday);
  CHECK_FALSE(parsed("0 0 L * *").any_day);
}

TEST_CASE("L is the last day of the month, or the last such weekday") {
  CHECK(parsed("0 0 L * *").last_day);
  CHECK(parsed("0 0 l * *").last_day);
  CHECK(parsed("0 0 15,L * *").days == bits({15}));
  CHECK(parsed("0 0 * * 5L").last_weekdays == bits({5}));
  CHECK(parsed("0 0 * * FRIL") == parsed("0 0 * * 5L"));
  CHECK(parsed("0 0 * * fri#L") == parsed("0 0 * * 5L"));
  CHECK(parsed("0 0 * * MON,5L").weekdays == bits({1}));
  CHECK(parsed("0 0 * * 5L").weekdays == 0);
}

TEST_CASE("the names with @ stand for their expressions") {
  CHECK(parsed("@yearly") == parsed("0 0 1 1 *"));
  CHECK(parsed("@annually") == parsed("@yearly"));
  CHECK(parsed("@monthly") == parsed("0 0 1 * *"));
  CHECK(parsed("@weekly") == parsed("0 0 * * 0"));
  CHECK(parsed("@daily") == parsed("0 0 * * *"));
  CHECK(parsed("@Midnight") == parsed("@daily"));
  CHECK(parsed(" @hourly ") == parsed("0 * * * *"));
}

TEST_CASE("blanks around and between fields do not matter") {
  CHECK(parsed("  0\t3  * * *  ") == parsed("0 3 * * *"));
}

TEST_CASE("an error names the expression, the field and the reason") {
  CHECK(error_of("0 25 * * *") == "cron expression '0 25 * * *': hour: 25 is not within 0-23");
  CHECK(error_of("60 * * * *") == "cron expression '60 * * * *': minute: 60 is not within 0-59");
  CHECK(error_of("0 0 0 * *") == "cron expression '0 0 0 * *': day-of-month: 0 is not within 1-31");
  CHECK(error_of("0 0 * 13 *") == "cron expression '0 0 * 13 *': month: 13 is not within 1-12");
  CHECK(error_of("0 0 * * 8") == "cron expression '0 0 * * 8': day-of-week: 8 is not within 0-7");
  CHECK(error_of("0 0 * * mondey") ==
        "cron expression '0 0 * * mondey': day-of-week: 'mondey' is not a value of it");
  CHECK(error_of("0 17-9 * * *") ==
        "cron expression '0 17-9 * * *': hour: the range '17-9' goes "
        "backwards; write two, separated by a comma");
  CHECK(error_of("*/0 * * * *") ==
        "cron expression '*/0 * * * *': minute: the step '0' is not a whole number above 0");
  CHECK(error_of("*/90 * * * *") ==
        "cron expression '*/90 * * * *': minute: the step 90 is larger than the field");
  CHECK(error_of("0 0 * *") ==
        "cron expression '0 0 * *': it has 4 fields, not five: minute hour "
        "day-of-month month day-of-week");
  CHECK(error_of("@dayly") ==
        "cron expression '@dayly': there is no such name; did you mean '@daily'?");
}

TEST_CASE("what is no expression is refused, not guessed at") {
  for (const char* text : {"",
                           " ",
                           "* * * * * *",
                           "1, * * * *",
                           ",1 * * * *",
                           "1- * * * *",
                           "-1 * * * *",
                           "1-2-3 * * * *",
                           "*/ * * * *",
                           "/5 * * * *",
                           "*/-5 * * * *",
                           "1/2/3 * * * *",
                           "+1 * * * *",
                           "1.5 * * * *",
                           "** * * * *",
                           "0x10 * * * *",
                           "99999999999999999999 * * * *",
                           "*/99999999999999999999 * * * *",
                           "L * * * *",
                           "0 0 L-3 * *",
                           "0 0 1L * *",
                           "0 0 * * L",
                           "0 0 * * #L",
                           "0 0 * L *",
                           "0 0 * * 5#2",
                           "@reboot",
                           "@",
                           "0 JAN * * *",
                           "0 0 MON * *",
                           "* * * * *\n"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_cron(text).ok());
  }
}

TEST_CASE("hostile expressions are shortened and made visible in the error") {
  CHECK(error_of("\x1b[31m") ==
        "cron expression '\\x1b[31m': it has 1 field, not five: minute hour "
        "day-of-month month day-of-week");
  CHECK(error_of(std::string(1'000'000, '*')).size() < 200);
  CHECK_FALSE(parse_cron("0 0 * * " + std::string(200, 'L')).ok());
}

}  // namespace
}  // namespace mainstay::schedule
