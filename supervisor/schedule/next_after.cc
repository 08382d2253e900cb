#include <algorithm>
#include <chrono>

#include "schedule/cron.h"

namespace mainstay::schedule {

namespace {

using std::chrono::year_month_day;
using std::chrono::year_month_day_last;

constexpr std::uint32_t kEveryHour = (1U << 24) - 1;

bool has(std::uint64_t bits, unsigned value) {
  return (bits >> value & 1) != 0;
}

bool day_matches(const CronExpression& cron, const year_month_day& date) {
  const auto last =
      year_month_day_last{date.year(), std::chrono::month_day_last{date.month()}}.day();
  const unsigned day = static_cast<unsigned>(date.day());
  const unsigned weekday = std::chrono::weekday{std::chrono::sys_days{date}}.c_encoding();
  const bool in_last_week = day + 7 > static_cast<unsigned>(last);
  const bool fits_day = has(cron.days, day) || (cron.last_day && date.day() == last);
  const bool fits_weekday =
      has(cron.weekdays, weekday) || (in_last_week && has(cron.last_weekdays, weekday));
  if (cron.any_day) return fits_weekday;
  if (cron.any_weekday) return fits_day;
  return fits_day || fits_weekday;
}

// The first minute of the day at or after `from` that the expression names.
std::optional<int> next_minute_of_day(const CronExpression& cron, int from) {
  for (int hour = from / 60; hour < 24; ++hour) {
    if (!has(cron.hours, static_cast<unsigned>(hour))) continue;
    for (int minute = hour == from / 60 ? from % 60 : 0; minute < 60; ++minute) {
      if (has(cron.minutes, static_cast<unsigned>(minute))) return hour * 60 + minute;
    }
  }
  return std::nullopt;
}

std::int64_t days_of(const year_month_day& date) {
  return std::chrono::sys_days{date}.time_since_epoch().count();
}

year_month_day date_of(std::int64_t days) {
  return year_month_day{std::chrono::sys_days{std::chrono::days{static_cast<int>(days)}}};
}

// The first minute at or after `from` that the expression names, on a wall whose clock is never
// moved.
std::optional<LocalMinute> next_local(const CronExpression& cron, LocalMinute from) {
  year_month_day date = date_of(from.days);
  // The rarest day is 29 February, which stays away for eight years at most; nanoseconds end in
  // 2262.
  const auto end = std::min(date.year() + std::chrono::years{9}, std::chrono::year{2261});
  int minute = from.minute;
  while (date.year() < end) {
    if (!has(cron.months, static_cast<unsigned>(date.month()))) {
      const auto next_month = date.year() / date.month() + std::chrono::months{1};
      date = next_month / std::chrono::day{1};
      minute = 0;
      continue;
    }
    const auto found = day_matches(cron, date) ? next_minute_of_day(cron, minute) : std::nullopt;
    if (found) return LocalMinute{days_of(date), *found};
    date = date_of(days_of(date) + 1);
    minute = 0;
  }
  return std::nullopt;
}

LocalMinute one_later(LocalMinute at) {
  return at.minute == 1439 ? LocalMinute{at.days + 1, 0} : LocalMinute{at.days, at.minute + 1};
}

// Skipped times all fall on the moment of the change, so moments never go back while minutes go on.
std::optional<WallTime> next_named(const CronExpression& cron, const Zone& zone, WallTime after) {
  auto local = next_local(cron, zone.local(after));
  while (local) {
    const WallTime moment = zone.moments(*local).first;
    if (moment > after) return moment;
    local = next_local(cron, one_later(*local));
  }
  return std::nullopt;
}

// For what runs every hour, skipped minutes never were.
std::optional<WallTime> next_first_pass(const CronExpression& cron, const Zone& zone,
                                        WallTime after) {
  auto local = next_local(cron, zone.local(after));
  while (local) {
    const Zone::Moments moments = zone.moments(*local);
    if (!moments.skipped && moments.first > after) return moments.first;
    local = next_local(cron, one_later(*local));
  }
  return std::nullopt;
}

// And minutes shown again are minutes too: the first of them from `from` on.
std::optional<WallTime> next_second_pass(const CronExpression& cron, const Zone& zone,
                                         WallTime after, LocalMinute from) {
  auto local = next_local(cron, from);
  while (local) {
    const Zone::Moments moments = zone.moments(*local);
    if (!moments.doubled) return std::nullopt;
    if (moments.second > after) return moments.second;
    local = next_local(cron, one_later(*local));
  }
  return std::nullopt;
}

std::optional<WallTime> next_elapsed(const CronExpression& cron, const Zone& zone, WallTime after) {
  const auto first = next_first_pass(cron, zone, after);
  const LocalMinute local = zone.local(after);
  const Zone::Moments here = zone.moments(local);
  std::optional<WallTime> again;
  if (here.doubled && here.second <= after) {
    again = next_second_pass(cron, zone, after, local);
  } else if (const auto put_back = zone.next_put_back(after);
             put_back && first && *put_back < *first) {
    again = next_second_pass(cron, zone, after, zone.local(*put_back));
  }
  return again && first ? std::min(*again, *first) : first;
}

}  // namespace

std::optional<WallTime> next_after(const CronExpression& cron, const Zone& zone, WallTime after) {
  return cron.hours == kEveryHour ? next_elapsed(cron, zone, after) : next_named(cron, zone, after);
}

}  // namespace mainstay::schedule
