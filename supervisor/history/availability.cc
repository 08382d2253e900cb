#include "history/availability.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace mainstay::history {

namespace {

constexpr std::size_t kMostDays = 400;

// Ends that somebody asked for.
constexpr std::array<std::string_view, 5> kDeliberate = {"stopped", "shutdown", "scaled down",
                                                         "planned restart", "killed"};
// Starts that follow from an end: what counts is why that was.
constexpr std::array<std::string_view, 4> kAfterAnEnd = {
    "restart after a stable run", "restart after an unstable run", "retry after a resource error",
    "restart.retry_after"};
// Restarts for a reason of their own.
constexpr std::array<std::string_view, 5> kForThemselves = {"restart asked for", "restart.at",
                                                            "restart.max_age", "restart_with",
                                                            "what it depends on is back"};

template <typename Words>
bool is_one_of(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::string said(const runtime::Event& event, const char* key) {
  const auto found = event.data.find(key);
  return found == event.data.end() ? std::string{} : found->second;
}

Duration lateness(const runtime::Event& event) {
  const std::string digits = said(event, "late_ms");
  std::int64_t ms = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), ms);
  return std::chrono::milliseconds{std::clamp<std::int64_t>(ms, 0, 86'400'000)};
}

std::vector<WallTime> days_between(WallTime from, WallTime to) {
  std::vector<WallTime> days{from};
  while (days.size() < kMostDays) {
    const WallTime next = next_local_midnight(days.back());
    if (next >= to || next <= days.back()) break;
    days.push_back(next);
  }
  return days;
}

}  // namespace

std::optional<double> Availability::uptime_percent() const {
  const Duration wanted = up + down;
  if (wanted <= Duration{0}) return std::nullopt;
  return 100.0 * to_seconds(up) / to_seconds(wanted);
}

std::optional<Duration> Availability::between_failures() const {
  if (failures == 0) return std::nullopt;
  return up / static_cast<Duration::rep>(failures);
}

std::optional<Duration> Availability::to_recovery() const {
  if (repairs == 0) return std::nullopt;
  return repair_time / static_cast<Duration::rep>(repairs);
}

AvailabilityReckoner::AvailabilityReckoner(WallTime from, WallTime to)
    : from_(from), to_(std::max(from, to)), days_(days_between(from_, to_)) {}

// A clock that was set back does not make time run backwards.
WallTime AvailabilityReckoner::heed_clock(const runtime::Event& event) {
  last_ = std::max(last_, event.at);
  return last_;
}

void AvailabilityReckoner::add(const runtime::Event& event) {
  const WallTime known = last_;
  const WallTime at = heed_clock(event);
  if (event.kind == EventKind::SupervisorStarted) {
    last_ = known;
    begin_anew(at);
    last_ = at;
  }
  if (event.service.empty() || event.instance.empty()) return;
  if (event.kind == EventKind::ServiceStarted) started(event, at);
  if (event.kind == EventKind::ServiceReady) ready(event, at);
  if (event.kind == EventKind::ServiceExited) exited(event, at + -lateness(event));
  if (event.kind == EventKind::ServiceStopped)
    enter(services_[event.service], instance_of(event), State::NotWanted, at);
}

AvailabilityReckoner::Instance& AvailabilityReckoner::instance_of(const runtime::Event& event) {
  const bool only = event.instance == event.service;
  auto& instances = services_[event.service].instances;
  return instances[only ? event.service + ":0" : event.instance];
}

// What was while no supervisor ran is not known; what it had last said is.
void AvailabilityReckoner::begin_anew(WallTime at) {
  for (auto& [name, service] : services_) {
    for (auto& [shown, instance] : service.instances) {
      enter(service, instance, State::Unknown, last_);
      enter(service, instance, State::NotWanted, at);
    }
  }
}

void AvailabilityReckoner::started(const runtime::Event& event, WallTime at) {
  Service& service = services_[event.service];
  Instance& instance = instance_of(event);
  const std::string cause = said(event, "cause");
  if (is_one_of(kAfterAnEnd, cause) || is_one_of(kForThemselves, cause)) {
    const bool from_end = is_one_of(kAfterAnEnd, cause) && !instance.ended_by.empty();
    note(service, at,
         [&](Availability& of) { ++of.restarts[from_end ? instance.ended_by : cause]; });
  }
  if (instance.state == State::Done) instance.state = State::Down;
  enter(service, instance, State::Starting, at);
  if (!service.is_awaited) recover(service, instance, at);
}

// From the first time on that one is ready it is known that this is waited for.
void AvailabilityReckoner::ready(const runtime::Event& event, WallTime at) {
  Service& service = services_[event.service];
  Instance& instance = instance_of(event);
  service.is_awaited = true;
  enter(service, instance, State::Up, at);
  recover(service, instance, at);
}

void AvailabilityReckoner::exited(const runtime::Event& event, WallTime at) {
  Service& service = services_[event.service];
  Instance& instance = instance_of(event);
  at = std::max(at, instance.since);
  const std::string cause = said(event, "cause");
  const bool was_down = instance.state == State::Down;  // told twice, or not even started
  const bool unwanted = is_one_of(kDeliberate, cause) || said(event, "wanted") == "down";
  const bool done = cause == "exited" && said(event, "code") == "0";
  instance.ended_by = done ? "exited with 0" : cause;
  if (unwanted) {
    instance.failed_at.reset();
    return enter(service, instance, State::NotWanted, at);
  }
  enter(service, instance, done ? State::Done : State::Down, at);
  if (done || was_down) return;
  note(service, at, [](Availability& of) { ++of.failures; });
  if (!instance.failed_at) instance.failed_at = at;
}

void AvailabilityReckoner::recover(Service& service, Instance& instance, WallTime at) {
  if (!instance.failed_at) return;
  const Duration took = at - *instance.failed_at;
  instance.failed_at.reset();
  note(service, at, [&](Availability& of) {
    ++of.repairs;
    of.repair_time += took;
  });
}

void AvailabilityReckoner::enter(Service& service, Instance& instance, State state, WallTime at) {
  State was = instance.state;
  // Of a service that gets ready later, a start is only the way there.
  if (was == State::Starting) was = service.is_awaited ? State::Down : State::Up;
  if (was == State::Done) was = State::NotWanted;
  if (instance.since > WallTime{}) count(service, was, instance.since, at);
  instance.state = state;
  instance.since = at;
}

void AvailabilityReckoner::count(Service& service, State state, WallTime from, WallTime to) {
  const auto add = [state](Availability& of, Duration time) {
    if (state == State::Up) of.up += time;
    if (state == State::Down) of.down += time;
    if (state == State::NotWanted) of.not_wanted += time;
    if (state == State::Unknown) of.unknown += time;
  };
  from = std::max(from, from_);
  to = std::min(to, to_);
  if (from >= to) return;
  add(service.all, to - from);
  service.days.resize(days_.size());
  for (std::size_t day = 0; day < days_.size(); ++day) {
    const WallTime end = day + 1 < days_.size() ? std::min(to, days_[day + 1]) : to;
    const WallTime begin = std::max(from, days_[day]);
    if (begin < end) add(service.days[day], end - begin);
  }
}

template <typename Change>
void AvailabilityReckoner::note(Service& service, WallTime at, const Change& change) {
  if (at < from_ || at >= to_) return;
  service.days.resize(days_.size());
  const auto after = std::ranges::upper_bound(days_, at);
  change(service.all);
  change(service.days[static_cast<std::size_t>(after - days_.begin()) - 1]);
}

std::vector<ServiceAvailability> AvailabilityReckoner::finish() {
  std::vector<ServiceAvailability> found;
  for (auto& [name, service] : services_) {
    if (service.instances.empty()) continue;
    for (auto& [shown, instance] : service.instances)
      enter(service, instance, instance.state, std::max(to_, instance.since));
    service.days.resize(days_.size());
    ServiceAvailability one{name, service.all, {}};
    for (std::size_t day = 0; day < days_.size(); ++day)
      one.days.push_back({days_[day], service.days[day]});
    found.push_back(std::move(one));
  }
  return found;
}

}  // namespace mainstay::history
