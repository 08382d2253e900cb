// Time zones: what the clock on the wall shows, and which moments it shows twice or never.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace mainstay::schedule {

// A whole minute on the wall of some zone, in the proleptic Gregorian calendar.
struct LocalMinute {
  std::int64_t days = 0;  // since 1970-01-01
  int minute = 0;         // of the day, 0-1439
  auto operator<=>(const LocalMinute&) const = default;
};

// A zone of the IANA database. A value: copies share the rules, which never change.
class Zone {
 public:
  // By its name in the database, "Europe/Madrid" or "UTC". The error suggests a name that is near.
  static Result<Zone> named(std::string_view name);
  // The machine's: TZ when it is set, else /etc/localtime, else UTC as the C library does. A TZ
  // that is no name of the database ("CET-1CEST") is an error, since guessing would run jobs at the
  // wrong time.
  static Result<Zone> machine();
  static Zone utc();

  // "Europe/Madrid"; "localtime" when the machine's zone is known by its file only.
  const std::string& name() const { return name_; }

  // What the wall shows at `at`; seconds are dropped.
  LocalMinute local(WallTime at) const;

  struct Moments {
    bool skipped = false;  // the wall never shows it: `first` is the moment of the change
    bool doubled = false;  // the wall shows it at `first` and again at `second`
    WallTime first;
    WallTime second;  // equal to `first` unless doubled
  };
  Moments moments(LocalMinute local) const;

  // The next moment after `after` at which the clock is put back, if there is one on record.
  std::optional<WallTime> next_put_back(WallTime after) const;

 private:
  struct Rules;
  Zone(std::string name, std::shared_ptr<const Rules> rules)
      : name_(std::move(name)), rules_(std::move(rules)) {}

  std::string name_;
  std::shared_ptr<const Rules> rules_;
};

}  // namespace mainstay::schedule
