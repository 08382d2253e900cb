// Cron expressions: what they say, and when they are due next. Pure: nothing here reads a clock.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "schedule/zone.h"

namespace mainstay::schedule {

// A parsed expression as bit sets: bit n stands for the value n. Small and trivially copyable.
struct CronExpression {
  std::uint64_t minutes = 0;       // 0-59
  std::uint32_t hours = 0;         // 0-23
  std::uint32_t days = 0;          // 1-31
  std::uint16_t months = 0;        // 1-12
  std::uint8_t weekdays = 0;       // 0-6, 0 is Sunday
  std::uint8_t last_weekdays = 0;  // "5L": the last Friday of the month
  bool last_day = false;           // "L": the last day of the month
  // Whether the field is a bare `*` or `?`. With both day fields restricted, a day that fits either
  // is due. `*/2` is a restriction (croner's rule; Vixie cron calls it a star).
  bool any_day = false;
  bool any_weekday = false;

  bool operator==(const CronExpression&) const = default;
};

// Five fields, "minute hour day-of-month month day-of-week", separated by blanks, each a list of
// `*`, `?` (the same as `*`), `a`, `a-b`, `*/n`, `a-b/n` or `a/n` (from a to the end); JAN-DEC and
// SUN-SAT in any case, 7 is Sunday; `L` in day-of-month, `5L` or `FRI#L` in day-of-week. Or one of
// @yearly,
// @annually, @monthly, @weekly, @daily, @midnight, @hourly. The error names the field:
// "cron expression '0 25 * * *': hour: 25 is not within 0-23".
Result<CronExpression> parse_cron(std::string_view text);

// The first moment after `after` (never `after` itself) that the expression names in `zone`;
// nothing when there is none ("0 0 30 2 *"). Costs microseconds, whatever the expression.
//
// Where the clock is put forward, times that are skipped are due once, at the moment of the change;
// where it is put back, times that come twice are due the first time only. Expressions that name
// every hour ("*/5 * * * *", "@hourly") mean elapsed time and are untouched by changes of the
// clock.
std::optional<WallTime> next_after(const CronExpression& cron, const Zone& zone, WallTime after);

}  // namespace mainstay::schedule
