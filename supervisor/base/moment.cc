#include "base/moment.h"

#include <fmt/format.h>
#include <time.h>

#include <optional>

#include "base/text.h"
#include "base/units.h"

namespace mainstay {

namespace {

struct Clock {
  int hour = 0;
  int minute = 0;
  int second = 0;
};

struct Date {
  int year = 0;
  int month = 0;
  int day = 0;
};

std::optional<int> number(std::string_view text, std::size_t digits) {
  if (text.size() != digits) return std::nullopt;
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// "10:03" or "10:03:05".
std::optional<Clock> read_clock(std::string_view text) {
  if (text.size() != 5 && text.size() != 8) return std::nullopt;
  const auto hour = number(text.substr(0, 2), 2);
  const auto minute = number(text.substr(3, 2), 2);
  const auto second = text.size() == 8 ? number(text.substr(6, 2), 2) : 0;
  const bool colons = text[2] == ':' && (text.size() == 5 || text[5] == ':');
  if (!colons || !hour || !minute || !second) return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  return Clock{*hour, *minute, *second};
}

// "2026-11-22".
std::optional<Date> read_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto year = number(text.substr(0, 4), 4);
  const auto month = number(text.substr(5, 2), 2);
  const auto day = number(text.substr(8, 2), 2);
  if (!year || !month || !day || *year < 1970 || *year > 2261) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return Date{*year, *month, *day};
}

Date local_date(WallTime at) {
  const auto seconds =
      static_cast<time_t>(std::chrono::floor<std::chrono::seconds>(at.since_epoch).count());
  tm parts{};
  localtime_r(&seconds, &parts);
  return {parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday};
}

// Days beyond the end of a month go on in the next one, 0 is the last of the one before.
WallTime local_time(const Date& date, const Clock& clock) {
  tm parts{};
  parts.tm_year = date.year - 1900;
  parts.tm_mon = date.month - 1;
  parts.tm_mday = date.day;
  parts.tm_hour = clock.hour;
  parts.tm_min = clock.minute;
  parts.tm_sec = clock.second;
  parts.tm_isdst = -1;
  return {std::chrono::seconds{mktime(&parts)}};
}

WallTime last_occurrence(const Clock& clock, WallTime now) {
  Date date = local_date(now);
  const WallTime today = local_time(date, clock);
  if (today <= now) return today;
  --date.day;
  return local_time(date, clock);
}

std::optional<WallTime> read_word(std::string_view text, WallTime now) {
  if (text == "now") return now;
  Date date = local_date(now);
  if (text == "yesterday") --date.day;
  if (text == "today" || text == "yesterday") return local_time(date, {});
  return std::nullopt;
}

std::optional<WallTime> read_date_and_clock(std::string_view text) {
  const auto date = read_date(text.substr(0, 10));
  if (!date) return std::nullopt;
  if (text.size() == 10) return local_time(*date, {});
  if (text[10] != ' ' && text[10] != 'T') return std::nullopt;
  const auto clock = read_clock(text.substr(11));
  return clock ? std::optional{local_time(*date, *clock)} : std::nullopt;
}

}  // namespace

std::string_view moment_forms() {
  return "10m or 2h30m (ago), 10:03, '2026-11-22 10:03', 2026-11-22T10:03:00Z, today, yesterday or "
         "now";
}

Result<WallTime> parse_moment(std::string_view text, WallTime now) {
  if (const auto word = read_word(text, now)) return *word;
  if (const auto exact = parse_rfc3339(text)) return *exact;
  if (const auto clock = read_clock(text)) return last_occurrence(*clock, now);
  if (const auto local = read_date_and_clock(text)) return *local;
  const auto ago = parse_duration(text);
  if (ago && *ago <= now.since_epoch) return now + -*ago;
  return Error{fmt::format("'{}' is not a time; write {}", escape_for_terminal(text, false),
                           moment_forms())};
}

}  // namespace mainstay
