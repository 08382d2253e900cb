#include "sim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include "base/text.h"
#include "model/process_change.h"

namespace mainstay::sim {

using runtime::ExitStatus;

namespace {

// 2026-11-22 00:00:00 UTC, a Sunday.
constexpr WallTime kEpoch{std::chrono::seconds{1'795'305'600}};

ExitStatus killed_by(int signal) {
  return {ExitStatus::Kind::Signal, signal, false};
}

std::string service_of(const std::string& canonical_name) {
  return canonical_name.substr(0, canonical_name.rfind(':'));
}

}  // namespace

World::World() : now_{{std::chrono::hours{1}}, kEpoch} {
  options.zone = schedule::Zone::utc();
  options.jitter_seed = 1;
  kept_events.heed_death(dead_);
}

World::~World() = default;

model::ServiceSpec& World::declare(const std::string& name) {
  ecosystem_.services.reserve(1000);  // references stay good
  model::ServiceSpec& spec = ecosystem_.services.emplace_back();
  spec.name = name;
  spec.restart.backoff.jitter = 0;
  lives_[name];
  return spec;
}

void World::build_controller() {
  watches_.clear();
  controller_ = std::make_unique<runtime::Controller>(
      ecosystem_, options, runtime::Ports{*this, *this, *this, check_store_, *this, kept_events},
      now_);
}

void World::up() {
  build_controller();
  controller_->begin(now_);
  settle();
}

// --- time ---

void World::settle() {
  if (dead_) return;
  controller_->settle(now_);
  controller_->tell_events();
}

bool World::step(MonoTime until) {
  std::optional<MonoTime> next;
  if (!happenings_.empty()) next = happenings_.begin()->first;
  const auto deadline = dead_ ? std::nullopt : controller_->next_deadline();
  if (deadline && (!next || *deadline < *next)) next = deadline;
  if (!next || *next > until) return false;
  const Duration passed = std::max(Duration{0}, *next - now_.mono);
  now_ = {now_.mono + passed, now_.wall + passed};
  while (!happenings_.empty() && happenings_.begin()->first <= now_.mono) {
    const auto happening = std::move(happenings_.begin()->second);
    happenings_.erase(happenings_.begin());
    happening();
  }
  settle();
  return true;
}

void World::advance(Duration d) {
  const MonoTime until = now_.mono + d;
  while (step(until)) {
  }
  const Duration left = until - now_.mono;
  now_ = {until, now_.wall + left};
}

void World::at(Duration from_now, std::function<void()> happening) {
  happenings_.emplace(now_.mono + from_now, std::move(happening));
}

// --- wishes ---

InstanceId World::id(const std::string& target) {
  const auto ids = controller_->resolve(std::span{&target, 1});
  if (!ids) throw std::invalid_argument{ids.error().message};
  return ids.value().front();
}

runtime::RequestId World::request(runtime::Verb verb, const std::string& target) {
  auto ids = controller_->resolve(std::span{&target, 1});
  if (!ids) throw std::invalid_argument{ids.error().message};
  const auto request = controller_->request(verb, ids.value(), "root");
  settle();
  return request;
}

void World::ask(runtime::Verb verb, const std::string& target) {
  controller_->forget(request(verb, target));
}

void World::scale(const std::string& service, std::uint32_t instances) {
  const auto request = controller_->scale(service, instances, "root");
  if (!request) throw std::invalid_argument{request.error().message};
  controller_->forget(request.value());
  settle();
}

void World::let_go(const std::string& service) {
  life(service).unkillable = false;
  for (auto& [run, process] : processes_) {
    if (service_of(process.name) != service || !process.life.unkillable) continue;
    process.life.unkillable = false;
    at(1ms, [this, id = run] { end_main(id, killed_by(SIGKILL)), end_leftovers(id); });
  }
}

void World::die(const std::string& canonical_name, ExitStatus status) {
  for (const auto& [run, process] : processes_) {
    if (process.name != canonical_name || !process.main_alive) continue;
    end_main(run, status);
    break;
  }
  settle();
}

// --- the death of the controller ---

void World::kill_controller() {
  dead_ = true;
  controller_.reset();
}

void World::die_and_take_over() {
  kill_controller();
  take_over();
  settle();
}

bool World::has_effect() {
  if (dead_) return false;
  if (effects_left_ && *effects_left_ == 0) {
    dead_ = true;
    return false;
  }
  if (effects_left_) --*effects_left_;
  return true;
}

void World::take_over() {
  take_over(false);
}

void World::take_over_to_watch() {
  take_over(true);
}

void World::take_over(bool only_to_watch) {
  dead_ = false;
  effects_left_.reset();
  build_controller();
  std::vector<runtime::Controller::HeldRun> held;
  for (const auto& [run, process] : processes_) {
    held.push_back({run, process.name, process.pid, process.started, !process.main_alive});
  }
  const std::vector<std::pair<std::uint32_t, std::string>> records(records_.begin(),
                                                                   records_.end());
  const std::vector<std::pair<std::uint32_t, std::string>> checks(check_store_.records.begin(),
                                                                  check_store_.records.end());
  controller_->restore_checks(checks);
  if (only_to_watch) {
    controller_->watch(records, held, now_);
  } else {
    controller_->restore(records, held, now_);
  }
  for (const auto& run : held) {
    if (controller_->instance_of(run.run)) {
      if (run.exited) tell_end(run.run);
      continue;
    }
    if (!run.exited)
      violations.push_back("a live run was taken for unknown: " + run.canonical_name);
    if (!only_to_watch) processes_.erase(run.run);
  }
  if (!only_to_watch) controller_->begin(now_);
}

void World::undeclare(const std::string& name) {
  std::erase_if(ecosystem_.services, [&](const auto& spec) { return spec.name == name; });
}

void World::begin_to_apply() {
  runtime::Renewal renewal;
  renewal.who = "root";
  const auto before = controller_->ecosystem().services;
  for (const model::ServiceSpec& was : before) {
    const auto now = std::ranges::find(ecosystem_.services, was.name, &model::ServiceSpec::name);
    if (now == ecosystem_.services.end()) {
      stop_for_good(was.name);
      continue;
    }
    if (model::runs_differently(was, *now)) renewal.restart.insert(was.name);
    if (model::is_checked_differently(was, *now)) renewal.rechecked.insert(was.name);
    if (was.instances != now->instances) renewal.rescaled.insert(was.name);
  }
  renewal.before = controller_->next_run();
  options.renewal = renewal;
  kill_controller();
  take_over();
}

void World::stop_for_good(const std::string& service) {
  const auto request = this->request(runtime::Verb::Stop, service);
  while (!controller_->take_finished(request)) {
    if (!step(now_.mono + 1h)) throw std::logic_error{service + " does not stop"};
  }
}

void World::apply() {
  begin_to_apply();
  settle();
  options.renewal.reset();
}

void World::start_over() {
  dead_ = false;
  effects_left_.reset();
  processes_.clear();
  kept_events.lose();
  build_controller();
  const std::vector<std::pair<std::uint32_t, std::string>> records(records_.begin(),
                                                                   records_.end());
  records_.clear();
  check_store_.records.clear();
  controller_->recall(records, now_);
  controller_->begin(now_);
}

// --- looking ---

runtime::InstanceStatus World::status(const std::string& target) {
  return controller_->status(id(target), now_);
}

runtime::Explanation World::why(const std::string& target) {
  return controller_->explain(id(target), now_);
}

std::size_t World::live_processes() const {
  return static_cast<std::size_t>(std::ranges::count_if(processes_, [](const auto& entry) {
    return entry.second.main_alive || entry.second.leftovers_alive;
  }));
}

std::size_t World::count_events(EventKind kind, const std::string& service) const {
  return static_cast<std::size_t>(std::ranges::count_if(told, [&](const runtime::Event& event) {
    return event.kind == kind && event.service == service;
  }));
}

void World::note(const std::string& deed, const std::string& name) {
  if (keeps_deeds) deeds.push_back(deed + " " + name);
}

std::string World::name_of(RunId run) const {
  const auto found = processes_.find(run);
  return found == processes_.end() ? "unknown run" : found->second.name;
}

void World::put(std::uint32_t slot, std::string_view record) {
  if (!has_effect()) return;
  if (record.size() > kMaxRecord) violations.push_back("a record is too long");
  records_[slot] = record;
}

void World::erase(std::uint32_t slot) {
  if (has_effect()) records_.erase(slot);
}

void World::on_event(const runtime::Event& event) {
  if (dead_) return;
  on_told(event);
  if (keeps_deeds) told.push_back(event);
}

}  // namespace mainstay::sim
