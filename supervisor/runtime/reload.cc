// Reloads: a signal, or a rolling restart.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "runtime/supervision.h"

namespace mainstay::runtime {

using policy::Roll;
using policy::RollTurn;

namespace {

// Of lists in events: a thousand names help nobody.
constexpr std::size_t kMostNamed = 8;

}  // namespace

void Supervision::reload(const VerbWish& wish) {
  Rolling rolling{wish.request, wish.who, wish.targets, Roll{{}}};
  std::vector<InstanceId> turns;
  for (const InstanceId id : wish.targets) {
    Instance* instance = table_.find(id);
    if (instance == nullptr) {
      tell(rolling, {id, {}, false, PublicState::Stopped, "no longer exists"});
      continue;
    }
    const auto number = table_.service_of(*instance).spec->reload_signal;
    if (auto why = reload_refusal(*instance, number.has_value()); !why.empty()) {
      tell(rolling, outcome(*instance, false, std::move(why)));
    } else if (number) {
      tell(rolling, reload_by_signal(*instance, *number));
    } else {
      turns.push_back(id);
    }
  }
  for (const InstanceId id : turns)
    mark(table_.at(id), RollTurn::Ahead);
  rolling.roll = Roll{std::move(turns)};
  rolls_.push_back(std::move(rolling));
}

std::string Supervision::reload_refusal(const Instance& instance, bool by_signal) const {
  if (own_.shutting_down) return "the supervisor shuts down";
  if (instance.removing) return "it is being scaled away";
  if (is_rolling(table_.service_of(instance)))
    return "a reload of its service is under way; ask again when that has ended";
  return policy::reload_refusal(instance.machine, by_signal);
}

Outcome Supervision::reload_by_signal(const Instance& instance, int number) {
  runner_.signal_main(instance.machine.run(), number);
  const auto pid = instance.machine.as<policy::Running>()->pid;
  return outcome(instance, true, fmt::format("sent {} to pid {}", signal_name(number), pid));
}

// Written down, so that a next controller can tell what was not reloaded.
void Supervision::mark(Instance& instance, RollTurn turn) {
  instance.roll = turn;
  touch(instance);
}

// To whoever waits, and in short for the event when nobody does.
void Supervision::tell(Rolling& rolling, Outcome told) {
  if (!told.ok && rolling.trouble.empty())
    rolling.trouble = fmt::format("{}: {}", told.name, told.message);
  requests_.add_outcome(rolling.request, std::move(told));
}

void Supervision::advance_rolls() {
  for (Rolling& rolling : rolls_) {
    while (rolling.roll.turn() && advance(rolling)) {
    }
  }
  for (Rolling& rolling : rolls_) {
    if (!rolling.roll.turn()) conclude(rolling);
  }
  std::erase_if(rolls_, [](const Rolling& rolling) { return !rolling.roll.turn(); });
}

// One step of the instance whose turn it is; whether another may follow at once.
bool Supervision::advance(Rolling& rolling) {
  Instance& instance = table_.at(*rolling.roll.turn());
  if (!rolling.roll.is_under_way()) {
    if (const Instance* fallen = fallen_of(rolling)) return end_roll(rolling, *fallen, nullptr);
    begin_turn(rolling, instance);
    return !rolling.roll.is_under_way();
  }
  auto result = outcome_of_start(instance, rolling.roll.run_before());
  if (!result) return false;
  if (!result->ok) return end_roll(rolling, instance, &*result);
  mark(instance, RollTurn::None);
  rolling.roll.succeed();
  tell(rolling, std::move(*result));
  return true;
}

void Supervision::begin_turn(Rolling& rolling, Instance& instance) {
  auto why = own_.shutting_down || instance.removing
                 ? std::string{"it is being stopped"}
                 : policy::reload_refusal(instance.machine, false);
  if (!why.empty()) {
    mark(instance, RollTurn::None);
    rolling.roll.skip();
    return tell(rolling, outcome(instance, false, std::move(why)));
  }
  mark(instance, RollTurn::Now);
  std::unordered_set<std::uint32_t> pulled;
  rolling.roll.begin(restart_by_hand(instance, rolling.who, pulled));
}

// One that was up again after its turn and has not stayed so, though it should.
const Instance* Supervision::fallen_of(const Rolling& rolling) const {
  for (const InstanceId id : rolling.roll.succeeded()) {
    const Instance& instance = table_.at(id);
    const bool wanted = instance.machine.goal() == policy::Goal::Up;
    if (wanted && instance.machine.kind() != policy::StateKind::Running) return &instance;
  }
  return nullptr;
}

// `result` is of the instance whose turn it is; nothing: `at` has had its turn.
bool Supervision::end_roll(Rolling& rolling, const Instance& at, Outcome* result) {
  const std::string where = table_.shown_name(at);
  rolling.trouble =
      fmt::format("it ended at {}: {}", where,
                  result != nullptr ? result->message
                                    : policy::reason_for(situation(at, now_, std::string_view{})));
  if (result != nullptr) {
    mark(table_.at(at.id), RollTurn::None);
    requests_.add_outcome(rolling.request, std::move(*result));
  }
  rolling.at = at.id;
  for (const InstanceId id : rolling.roll.end()) {
    Instance& left = table_.at(id);
    mark(left, RollTurn::None);
    requests_.add_outcome(rolling.request,
                          outcome(left, false, "not reloaded: " + rolling.trouble));
  }
  return false;
}

void Supervision::conclude(const Rolling& rolling) {
  // Those who follow the restarts of a service were not restarted for each of its instances.
  std::unordered_set<std::uint32_t> services;
  for (const InstanceId id : rolling.roll.succeeded()) {
    const Instance& instance = table_.at(id);
    const policy::Progress& progress = table_.service_of(instance).progress;
    const bool whole = progress.running == progress.instances;
    if (whole && services.insert(instance.service).second) followed_.push_back(instance.service);
  }
  const bool awaited = requests_.is_open(rolling.request);
  requests_.close(rolling.request);
  if (awaited) return;
  std::map<std::string, std::string> data{{"verb", "reload"}, {"who", rolling.who}};
  data["result"] = rolling.trouble.empty() ? "done" : "failed";
  if (!rolling.trouble.empty()) data["reason"] = rolling.trouble;
  const std::vector<InstanceId> where = rolling.at ? std::vector{*rolling.at} : rolling.targets;
  apply(AuditWish{where, std::move(data)});
}

bool Supervision::is_rolling(const Service& service) const {
  if (rolls_.empty()) return false;
  return std::ranges::any_of(
      service.instances, [this](InstanceId id) { return table_.at(id).roll != RollTurn::None; });
}

void Supervision::leave_roll(const Instance& instance) {
  for (Rolling& rolling : rolls_) {
    if (rolling.roll.forget(instance.id)) tell(rolling, outcome(instance, false, "scaled away"));
  }
}

// A roll ends with its controller: what it was doing to the instance whose turn it was goes on, and
// an event says what has not had its turn.
void Supervision::end_former_rolls() {
  for (const Service& service : table_.services()) {
    const Instance* now = nullptr;
    std::vector<std::string> left;
    for (const InstanceId id : service.instances) {
      Instance& instance = table_.at(id);
      if (instance.roll == RollTurn::Now) now = &instance;
      if (instance.roll == RollTurn::Ahead) left.push_back(table_.shown_name(instance));
      if (instance.roll != RollTurn::None) mark(instance, RollTurn::None);
    }
    if (now != nullptr || !left.empty()) tell_former_roll(service, now, left);
  }
}

void Supervision::tell_former_roll(const Service& service, const Instance* now,
                                   const std::vector<std::string>& left) {
  std::map<std::string, std::string> data{{"verb", "reload"}, {"result", "failed"}};
  if (now != nullptr && !now->actor.empty()) data["who"] = now->actor;
  std::string why = "the controller ended in the middle of it";
  if (now != nullptr)
    why += fmt::format("; {} is brought up all the same", table_.shown_name(*now));
  if (!left.empty()) why += fmt::format("; not reloaded: {}", join_some(left, kMostNamed));
  data["reason"] = why;
  const Instance& about = now != nullptr ? *now : table_.at(service.instances.front());
  add_event(EventKind::Action, &about, std::move(data));
}

}  // namespace mainstay::runtime
