#include "base/time.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace mainstay {

namespace {

using std::chrono::days;
using std::chrono::floor;

std::string format_utc(WallTime at, int fraction_digits, std::int64_t nanos_per_digit_unit) {
  const auto seconds = floor<std::chrono::seconds>(at.since_epoch);
  const auto day = floor<days>(seconds);
  const std::chrono::year_month_day date{std::chrono::sys_days{day}};
  const std::chrono::hh_mm_ss clock{seconds - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:0{}}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     (at.since_epoch - seconds).count() / nanos_per_digit_unit, fraction_digits);
}

std::string format_local(WallTime at, const char* format) {
  const auto seconds = static_cast<time_t>(floor<std::chrono::seconds>(at.since_epoch).count());
  tm parts{};
  localtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  const std::size_t length = strftime(text.data(), text.size(), format, &parts);
  return {text.data(), length};
}

// Reads exactly `digits` digits at `text[at]`, advancing `at`.
bool read_number(std::string_view text, std::size_t& at, std::size_t digits, int& out) {
  if (at + digits > text.size()) return false;
  int value = 0;
  for (std::size_t end = at + digits; at < end; ++at) {
    if (text[at] < '0' || text[at] > '9') return false;
    value = value * 10 + (text[at] - '0');
  }
  out = value;
  return true;
}

bool read_char(std::string_view text, std::size_t& at, std::string_view any_of) {
  if (at >= text.size() || any_of.find(text[at]) == std::string_view::npos) return false;
  ++at;
  return true;
}

// ".728" as nanoseconds; nothing is zero.
bool read_fraction(std::string_view text, std::size_t& at, Duration& out) {
  out = Duration{0};
  if (!read_char(text, at, ".")) return true;
  std::int64_t scale = 100'000'000;
  const std::size_t begin = at;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
    out += Duration{(text[at] - '0') * scale};
  }
  return at > begin && at - begin <= 9;
}

// "Z" or "+hh:mm" as the offset to take off.
bool read_offset(std::string_view text, std::size_t& at, Duration& out) {
  if (read_char(text, at, "Zz")) {
    out = Duration{0};
    return true;
  }
  if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return false;
  const int sign = text[at++] == '-' ? -1 : 1;
  int hours = 0;
  int minutes = 0;
  if (!read_number(text, at, 2, hours) || !read_char(text, at, ":") ||
      !read_number(text, at, 2, minutes)) {
    return false;
  }
  out = sign * (std::chrono::hours{hours} + std::chrono::minutes{minutes});
  return hours < 24 && minutes < 60;
}

}  // namespace

std::string format_rfc3339(WallTime at) {
  return format_utc(at, 3, 1'000'000);
}

std::string format_rfc3339_micros(WallTime at) {
  return format_utc(at, 6, 1'000);
}

Result<WallTime> parse_rfc3339(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  Duration fraction{0};
  Duration offset{0};
  std::size_t at = 0;
  const bool read = read_number(text, at, 4, year) && read_char(text, at, "-") &&
                    read_number(text, at, 2, month) && read_char(text, at, "-") &&
                    read_number(text, at, 2, day) && read_char(text, at, "Tt ") &&
                    read_number(text, at, 2, hour) && read_char(text, at, ":") &&
                    read_number(text, at, 2, minute) && read_char(text, at, ":") &&
                    read_number(text, at, 2, second) && read_fraction(text, at, fraction) &&
                    read_offset(text, at, offset) && at == text.size();
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  // Nanoseconds in 64 bits reach from 1677 to 2262.
  const bool in_range = year >= 1678 && year <= 2261;
  if (!read || !date.ok() || !in_range || hour > 23 || minute > 59 || second > 60) {
    return Error{fmt::format("'{}' is not a time; write it like 2026-11-22T09:36:32Z", text)};
  }
  const Duration since_epoch = std::chrono::sys_days{date}.time_since_epoch() +
                               std::chrono::hours{hour} + std::chrono::minutes{minute} +
                               std::chrono::seconds{second} + fraction - offset;
  return WallTime{since_epoch};
}

std::string format_local_clock(WallTime at) {
  return format_local(at, "%H:%M:%S");
}

std::string format_local_date_clock(WallTime at) {
  return format_local(at, "%Y-%m-%d %H:%M:%S");
}

WallTime next_local_midnight(WallTime at) {
  const auto seconds = static_cast<time_t>(floor<std::chrono::seconds>(at.since_epoch).count());
  tm parts{};
  localtime_r(&seconds, &parts);
  tm midnight{};
  midnight.tm_year = parts.tm_year;
  midnight.tm_mon = parts.tm_mon;
  midnight.tm_mday = parts.tm_mday + 1;
  midnight.tm_isdst = -1;  // mktime finds out
  const std::chrono::seconds next{mktime(&midnight)};
  // Where the zone knows no such time (-1, or a day that it left out), a day is a day.
  return next > floor<std::chrono::seconds>(at.since_epoch) ? WallTime{next} : at + days{1};
}

std::string format_duration(Duration d) {
  using namespace std::chrono;
  if (d < Duration{0}) return "-" + format_duration(-std::max(d, -Duration::max()));
  if (d < 1s) return fmt::format("{} ms", duration_cast<milliseconds>(d).count());
  if (d < 1min) return fmt::format("{:.1f} s", static_cast<double>(d / 100ms) / 10.0);
  const auto total = duration_cast<seconds>(d).count();
  if (d < 1h) return fmt::format("{}m {:02}s", total / 60, total % 60);
  if (d < 24h) return fmt::format("{}h {:02}m", total / 3600, total / 60 % 60);
  return fmt::format("{}d {}h", total / 86400, total / 3600 % 24);
}

std::string format_age(Duration d) {
  using namespace std::chrono;
  const auto total = std::max<std::int64_t>(0, duration_cast<seconds>(d).count());
  if (total < 60) return fmt::format("{}s", total);
  if (total < 3600) return fmt::format("{}m", total / 60);
  if (total < 86400) return fmt::format("{}h", total / 3600);
  return fmt::format("{}d", total / 86400);
}

}  // namespace mainstay
