// How much of the time services were up, from their events. Pure.
//
// Time counts by instance: a service of four of which one was down had three quarters. It is up
// from its start, or from when it was ready if that is waited for; down while it is wanted and not
// up; not wanted before its first start, after a deliberate stop and when it was done; and unknown
// while no supervisor ran.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "runtime/ports.h"

namespace mainstay::history {

struct Availability {
  Duration up{0};
  Duration down{0};
  Duration not_wanted{0};
  Duration unknown{0};
  std::uint64_t failures = 0;                     // ends that nobody asked for
  std::uint64_t repairs = 0;                      // failures after which it was up again
  Duration repair_time{0};                        // in all
  std::map<std::string, std::uint64_t> restarts;  // by what made them necessary

  // Of the time in which it was wanted, 0 to 100; nothing: it never was.
  std::optional<double> uptime_percent() const;
  // Between failures and until it was up again, in the mean; nothing: there were none.
  std::optional<Duration> between_failures() const;
  std::optional<Duration> to_recovery() const;
  bool operator==(const Availability&) const = default;
};

struct DayOfService {
  WallTime begin;  // local midnight, or the beginning of the span
  Availability availability;
};

struct ServiceAvailability {
  std::string service;
  Availability all;
  std::vector<DayOfService> days;  // of the machine's zone, in order
};

// Fed with all events from the oldest to `to`, in the order of their numbers, it says what was
// between `from` and `to`. Those before `from` tell what was the case then.
class AvailabilityReckoner {
 public:
  AvailabilityReckoner(WallTime from, WallTime to);

  void add(const runtime::Event& event);
  // By name. Time after `to`, and what has not happened yet, does not count.
  std::vector<ServiceAvailability> finish();

 private:
  enum class State : std::uint8_t { NotWanted, Starting, Up, Down, Done, Unknown };
  struct Instance {
    State state = State::Unknown;
    WallTime since;
    std::optional<WallTime> failed_at;  // not up again since
    std::string ended_by;               // of its last end
  };
  struct Service {
    std::map<std::string, Instance> instances;
    bool is_awaited = false;  // its instances get ready some time after their start
    Availability all;
    std::vector<Availability> days;
  };

  WallTime heed_clock(const runtime::Event& event);
  Instance& instance_of(const runtime::Event& event);
  void started(const runtime::Event& event, WallTime at);
  void ready(const runtime::Event& event, WallTime at);
  void exited(const runtime::Event& event, WallTime at);
  void begin_anew(WallTime at);
  void enter(Service& service, Instance& instance, State state, WallTime at);
  void count(Service& service, State state, WallTime from, WallTime to);
  void recover(Service& service, Instance& instance, WallTime at);
  // Adds to the whole, and to the day of `at`; nothing when that is outside.
  template <typename Change>
  void note(Service& service, WallTime at, const Change& change);

  WallTime from_;
  WallTime to_;
  std::vector<WallTime> days_;  // their beginnings
  std::map<std::string, Service> services_;
  WallTime last_;  // the latest moment of which anything is known
};

}  // namespace mainstay::history
