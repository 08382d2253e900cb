#include "runtime/reloads.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "policy/public_status.h"

namespace mainstay::runtime {

using policy::Roll;
using policy::RollTurn;

namespace {

// Of lists in events: a thousand names help nobody.
constexpr std::size_t kMostNamed = 8;

}  // namespace

void Reloads::begin(const VerbWish& wish, bool shutting_down) {
  Rolling rolling{wish.request, wish.who, wish.targets, Roll{{}}};
  std::vector<InstanceId> turns;
  for (const InstanceId id : wish.targets) {
    Instance* instance = table_.find(id);
    if (instance == nullptr) {
      tell(rolling, {id, {}, false, PublicState::Stopped, "no longer exists"});
      continue;
    }
    const auto number = table_.service_of(*instance).spec->reload_signal;
    if (auto why = refusal(*instance, number.has_value(), shutting_down); !why.empty()) {
      tell(rolling, outcome_for(table_, *instance, false, std::move(why)));
    } else if (number) {
      tell(rolling, send_signal(*instance, *number));
    } else {
      turns.push_back(id);
    }
  }
  for (const InstanceId id : turns)
    mark(table_.at(id), RollTurn::Ahead);
  rolling.roll = Roll{std::move(turns)};
  rolls_.push_back(std::move(rolling));
}

std::string Reloads::refusal(const Instance& instance, bool by_signal, bool shutting_down) const {
  if (shutting_down) return "the supervisor shuts down";
  if (instance.removing) return "it is being scaled away";
  if (has_part(table_.service_of(instance)))
    return "a reload of its service is under way; ask again when that has ended";
  return policy::reload_refusal(instance.machine, by_signal);
}

Outcome Reloads::send_signal(const Instance& instance, int number) {
  runner_.signal_main(instance.machine.run(), number);
  const auto pid = instance.machine.as<policy::Running>()->pid;
  return outcome_for(table_, instance, true,
                     fmt::format("sent {} to pid {}", signal_name(number), pid));
}

// Written down, so that a next controller can tell what was not reloaded.
void Reloads::mark(Instance& instance, RollTurn turn) {
  instance.roll = turn;
  driver_.touch(instance);
}

// To whoever waits, and in short for the event when nobody does.
void Reloads::tell(Rolling& rolling, Outcome told) {
  if (!told.ok && rolling.trouble.empty())
    rolling.trouble = fmt::format("{}: {}", told.name, told.message);
  requests_.add_outcome(rolling.request, std::move(told));
}

std::vector<Reloads::Ended> Reloads::advance(bool shutting_down) {
  for (Rolling& rolling : rolls_) {
    while (rolling.roll.turn() && advance(rolling, shutting_down)) {
    }
  }
  std::vector<Ended> ended;
  for (const Rolling& rolling : rolls_) {
    if (!rolling.roll.turn()) ended.push_back(conclude(rolling));
  }
  std::erase_if(rolls_, [](const Rolling& rolling) { return !rolling.roll.turn(); });
  return ended;
}

// One step of the instance whose turn it is; whether another may follow at once.
bool Reloads::advance(Rolling& rolling, bool shutting_down) {
  Instance& instance = table_.at(*rolling.roll.turn());
  if (!rolling.roll.is_under_way()) {
    if (const Instance* fallen = fallen_of(rolling)) {
      end(rolling, *fallen, driver_.reason(*fallen));
      return false;
    }
    begin_turn(rolling, instance, shutting_down);
    return !rolling.roll.is_under_way();
  }
  auto result = driver_.outcome_of_start(instance, rolling.roll.run_before());
  if (!result) return false;
  mark(instance, RollTurn::None);
  if (!result->ok) {
    const std::string why = result->message;
    requests_.add_outcome(rolling.request, std::move(*result));
    end(rolling, instance, why);
    return false;
  }
  rolling.roll.succeed();
  tell(rolling, std::move(*result));
  return true;
}

void Reloads::begin_turn(Rolling& rolling, Instance& instance, bool shutting_down) {
  auto why = shutting_down || instance.removing ? std::string{"it is being stopped"}
                                                : policy::reload_refusal(instance.machine, false);
  if (!why.empty()) {
    mark(instance, RollTurn::None);
    rolling.roll.skip();
    return tell(rolling, outcome_for(table_, instance, false, std::move(why)));
  }
  mark(instance, RollTurn::Now);
  rolling.roll.begin(driver_.restart(instance, rolling.who));
}

// One that was up again after its turn and has not stayed so, though it should.
const Instance* Reloads::fallen_of(const Rolling& rolling) const {
  for (const InstanceId id : rolling.roll.succeeded()) {
    const Instance& instance = table_.at(id);
    const bool wanted = instance.machine.goal() == policy::Goal::Up;
    if (wanted && instance.machine.kind() != policy::StateKind::Running) return &instance;
  }
  return nullptr;
}

// Before its time: nobody else has a turn.
void Reloads::end(Rolling& rolling, const Instance& at, const std::string& why) {
  rolling.trouble = fmt::format("it ended at {}: {}", table_.shown_name(at), why);
  rolling.at = at.id;
  for (const InstanceId id : rolling.roll.end()) {
    Instance& left = table_.at(id);
    mark(left, RollTurn::None);
    requests_.add_outcome(rolling.request,
                          outcome_for(table_, left, false, "not reloaded: " + rolling.trouble));
  }
}

Reloads::Ended Reloads::conclude(const Rolling& rolling) {
  Ended ended;
  for (const InstanceId id : rolling.roll.succeeded()) {
    const Instance& instance = table_.at(id);
    const policy::Progress& progress = table_.service_of(instance).progress;
    const bool whole = progress.running == progress.instances;
    const bool known = std::ranges::find(ended.services, instance.service) != ended.services.end();
    if (whole && !known) ended.services.push_back(instance.service);
  }
  const bool awaited = requests_.is_open(rolling.request);
  requests_.close(rolling.request);
  if (awaited) return ended;
  std::map<std::string, std::string> data{{"verb", "reload"}, {"who", rolling.who}};
  data["result"] = rolling.trouble.empty() ? "done" : "failed";
  if (!rolling.trouble.empty()) data["reason"] = rolling.trouble;
  const std::vector<InstanceId> where = rolling.at ? std::vector{*rolling.at} : rolling.targets;
  ended.unawaited = AuditWish{where, std::move(data)};
  return ended;
}

bool Reloads::has_part(const Service& service) const {
  if (rolls_.empty()) return false;
  return std::ranges::any_of(
      service.instances, [this](InstanceId id) { return table_.at(id).roll != RollTurn::None; });
}

void Reloads::forget(const Instance& instance) {
  for (Rolling& rolling : rolls_) {
    if (rolling.roll.forget(instance.id))
      tell(rolling, outcome_for(table_, instance, false, "scaled away"));
  }
}

std::vector<NoteWish> Reloads::end_former() {
  std::vector<NoteWish> notes;
  for (const Service& service : table_.services()) {
    const Instance* now = nullptr;
    std::vector<std::string> left;
    for (const InstanceId id : service.instances) {
      Instance& instance = table_.at(id);
      if (instance.roll == RollTurn::Now) now = &instance;
      if (instance.roll == RollTurn::Ahead) left.push_back(table_.shown_name(instance));
      if (instance.roll != RollTurn::None) mark(instance, RollTurn::None);
    }
    if (now != nullptr || !left.empty()) notes.push_back(note_of_former(service, now, left));
  }
  return notes;
}

NoteWish Reloads::note_of_former(const Service& service, const Instance* now,
                                 const std::vector<std::string>& left) const {
  std::map<std::string, std::string> data{{"verb", "reload"}, {"result", "failed"}};
  if (now != nullptr && !now->actor.empty()) data["who"] = now->actor;
  std::string why = "the controller ended in the middle of it";
  if (now != nullptr)
    why += fmt::format("; {} is brought up all the same", table_.shown_name(*now));
  if (!left.empty()) why += fmt::format("; not reloaded: {}", join_some(left, kMostNamed));
  data["reason"] = why;
  const InstanceId about = now != nullptr ? now->id : service.instances.front();
  return {EventKind::Action, about, std::move(data)};
}

}  // namespace mainstay::runtime
