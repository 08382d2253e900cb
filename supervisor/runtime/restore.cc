// A new controller goes on where the former one ended.
#include <algorithm>
#include <utility>

#include "runtime/supervision.h"

namespace mainstay::runtime {

using policy::Action;
using policy::Context;
using policy::Goal;
using policy::InstanceMachine;
using policy::Push;
using policy::StateKind;
using policy::StopCause;

void Supervision::restore(std::span<const std::pair<std::uint32_t, std::string>> raw,
                          std::span<const Controller::HeldRun> runs, const Now& now) {
  const HeldRuns held = recollect(raw, runs, now);
  renew_table();
  add_event(EventKind::SupervisorRestarted, nullptr, options_.restarted);
  for (const InstanceId id : in_file_order())
    resume(table_.at(id), held);
  rejoin_brake();
  for (const NoteWish& note : reloads_.end_former())
    apply(note);
  if (options_.renewal) wishes_.push_back(RenewWish{});
  if (own_.shutting_down) wishes_.push_back(ShutdownWish{own_.hurry, true});
  write_all_anew(raw);
  write_looks_anew();
}

Supervision::HeldRuns Supervision::recollect(
    std::span<const std::pair<std::uint32_t, std::string>> raw,
    std::span<const Controller::HeldRun> runs, const Now& now) {
  now_ = now;
  restored_ = true;
  StoredRecords records;
  for (const auto& [slot, bytes] : raw) {
    if (slot == kControllerSlot) {
      restore_own(bytes);
    } else if (auto record = decode_instance(bytes)) {
      std::string name = record->canonical_name;
      records.insert_or_assign(std::move(name), StoredRecord{InstanceId{slot}, std::move(*record)});
    }
  }
  fit_table(records, runs);
  events_.recognise([this](const Event& event) { return table_.called(event.instance); });
  for (auto& [name, stored] : records)
    take_over(name, stored.record);
  HeldRuns held;
  for (const Controller::HeldRun& run : runs) {
    held.emplace(run.run, &run);
    own_.next_run_id = std::max(own_.next_run_id, run.run.value + 1);
    if (!records.contains(run.canonical_name) || is_newer_than_recorded(run)) rebuild(run);
  }
  return held;
}

void Supervision::restore_own(std::string_view bytes) {
  auto own = decode_controller(bytes);
  if (!own) return;
  own->next_run_id = std::max(own_.next_run_id, own->next_run_id);
  own_ = std::move(*own);
  events_.continue_at(own_.next_event_id);
}

// As many instances as were recorded or are held, each in its former slot: a record must not be
// overwritten by another's before it is written again.
void Supervision::fit_table(const StoredRecords& records,
                            std::span<const Controller::HeldRun> runs) {
  std::vector<std::uint32_t> needed(table_.services().size());
  const auto need = [&](std::string_view name) {
    const auto place = table_.place_of(name);
    if (place) needed[place->service] = std::max(needed[place->service], place->index + 1);
  };
  for (const auto& [name, stored] : records)
    need(name);
  for (const Controller::HeldRun& run : runs)
    need(run.canonical_name);
  for (std::uint32_t i = 0; i < needed.size(); ++i) {
    Service& service = table_.services()[i];
    const auto first = records.find(service.spec->name + ":0");
    service.wanted = wanted_of(options_.renewal, service,
                               first == records.end() ? nullptr : &first->second, needed[i]);
    needed[i] = std::max(needed[i], service.wanted);
    while (service.instances.size() > needed[i])
      table_.remove(service.instances.back());
  }
  for (std::uint32_t i = 0; i < needed.size(); ++i) {
    const Service& service = table_.services()[i];
    while (service.instances.size() < needed[i]) {
      const auto name = service.spec->name + ":" + std::to_string(service.instances.size());
      const auto stored = records.find(name);
      table_.add(i, stored == records.end() ? std::nullopt : std::optional{stored->second.slot});
    }
  }
}

void Supervision::take_over(const std::string& name, InstanceRecord& record) {
  const auto place = table_.place_of(name);
  if (!place) return;  // of a service that is not declared
  Instance& instance = table_.at(table_.services()[place->service].instances[place->index]);
  own_.next_run_id = std::max(own_.next_run_id, record.last_run.value + 1);
  set_machine(instance, std::move(record.machine));
  instance.last_exit = std::move(record.last_exit);
  instance.actor = std::move(record.actor);
  instance.removing = record.removing;
  instance.signal_owed = record.signal_owed;
  instance.ticket = record.ticket;
  instance.enabled = record.enabled;
  instance.held_down = record.held_down;
  instance.roll = record.roll;
  table_.bind(instance, instance.machine.run() ? instance.machine.run() : record.last_run);
}

// Records on disk may be a little older than what a dead supervisor did last.
bool Supervision::is_newer_than_recorded(const Controller::HeldRun& run) const {
  const auto place = table_.place_of(run.canonical_name);
  if (!place || run.exited) return false;
  const Instance& instance = table_.at(table_.services()[place->service].instances[place->index]);
  return std::max(instance.last_run, instance.machine.run()) < run.run;
}

// Without a readable record a run that is held is all that is known: it is up, and was meant to be.
void Supervision::rebuild(const Controller::HeldRun& run) {
  const auto place = table_.place_of(run.canonical_name);
  if (!place) return;
  Instance& instance = table_.at(table_.services()[place->service].instances[place->index]);
  if (instance.machine.run() && (run.exited || run.run < instance.machine.run())) return;
  policy::Ledger ledger = instance.machine.ledger();
  ++ledger.runs;
  instance.held_down = false;
  set_machine(
      instance,
      {Goal::Up,
       policy::Running{run.run, run.pid, run.started, policy::StartCause::Autostart, {}, {}, {}},
       std::move(ledger)});
  table_.bind(instance, run.run);
}

void Supervision::set_machine(Instance& instance, InstanceMachine machine) {
  policy::Progress& progress = table_.service_of(instance).progress;
  live_ -= progress.live;
  policy::count(progress, instance.machine, -1);
  instance.machine = std::move(machine);
  policy::count(progress, instance.machine, +1);
  live_ += progress.live;
}

void Supervision::write_all_anew(std::span<const std::pair<std::uint32_t, std::string>> raw) {
  publish_touched();
  publish_own();
  for (const auto& [slot, bytes] : raw) {
    if (slot != kControllerSlot && table_.find(InstanceId{slot}) == nullptr) store_.erase(slot);
  }
}

}  // namespace mainstay::runtime
