// The driver: wishes are propagated, then executed, by queues and never by recursion.
#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "runtime/supervision.h"

namespace mainstay::runtime {

using policy::Action;
using policy::Context;
using policy::InstanceMachine;
using policy::StateKind;

Supervision::Supervision(model::Ecosystem ecosystem, ControllerOptions options, const Ports& ports,
                         const Now& now)
    : ecosystem_(std::move(ecosystem)),
      options_(std::move(options)),
      runner_(ports.runner),
      checks_port_(ports.checks),
      store_(ports.store),
      check_store_(ports.check_store),
      table_(ecosystem_),
      brake_(options_.starts_per_second, options_.start_burst, now.mono),
      events_(ports.event_store, ports.events),
      reloads_(ports.runner, table_, requests_, *this),
      jitter_(options_.jitter_seed),
      now_(now) {
  own_.next_run_id = std::max<std::uint64_t>(1, options_.next_run_id);
  for (std::uint32_t i = 0; i < table_.services().size(); ++i) {
    const auto& at = table_.services()[i].spec->restart.at;
    if (!at) continue;
    auto cron = schedule::parse_cron(*at);
    if (cron) planned_.emplace(i, *cron);
  }
  for (const InstanceId id : in_file_order())
    touch(table_.at(id));
}

void Supervision::settle(const Now& now) {
  now_ = now;
  if (watches_) return settle_watching();
  watch_clock();
  while (round()) {
  }
}

std::optional<MonoTime> Supervision::next_deadline() const {
  if (watches_) return std::nullopt;
  const bool busy = !wishes_.empty() || !runner_events_.empty() || !outbox_.empty() ||
                    !touched_.empty() || !to_watch_.empty();
  if (busy) return now_.mono;
  const auto soonest = deadlines_.soonest();
  const auto brake = brake_.deadline();
  if (soonest && brake) return std::min(*soonest, *brake);
  return soonest ? soonest : brake;
}

// Everything that is known now, once; whether anything was.
bool Supervision::round() {
  for (; !wishes_.empty(); wishes_.pop_front())
    apply(wishes_.front());
  for (; !runner_events_.empty(); runner_events_.pop_front())
    apply(runner_events_.front());
  reach_deadlines();
  stop_in_turn();
  for (; !followed_.empty(); followed_.pop_front())
    restart_followers(followed_.front());
  for (; !fallen_.empty(); fallen_.pop_front())
    excuse_users(fallen_.front());
  while (!checks_.empty()) {
    Instance* instance = table_.find(checks_.front());
    checks_.pop_front();
    if (instance != nullptr) check_dependencies(*instance);
  }
  admit_in_turn();
  settle_requests();
  advance_reloads();
  remove_stopped();
  const bool moved = !touched_.empty() || !outbox_.empty() || !to_watch_.empty();
  flush();
  return moved || !wishes_.empty() || !runner_events_.empty();
}

void Supervision::apply(Wish& wish) {
  if (std::holds_alternative<BeginWish>(wish)) begin_all();
  if (auto* verb = std::get_if<VerbWish>(&wish)) apply(*verb);
  if (const auto* scale = std::get_if<ScaleWish>(&wish)) apply(*scale);
  if (const auto* down = std::get_if<ShutdownWish>(&wish)) apply(*down);
  if (const auto* note = std::get_if<NoteWish>(&wish)) apply(*note);
  if (const auto* audit = std::get_if<AuditWish>(&wish)) apply(*audit);
  if (const auto* renew = std::get_if<RenewWish>(&wish)) apply(*renew);
  const auto* signal = std::get_if<SignalWish>(&wish);
  if (signal == nullptr) return;
  // Only to the run that it was meant for: the next one may have been started meanwhile.
  const Instance* instance = table_.find(signal->target);
  if (instance != nullptr && instance->machine.run() == signal->run) {
    runner_.signal_main(signal->run, signal->number);
  }
}

Context Supervision::context_for(const Instance& instance) {
  const Service& service = table_.service_of(instance);
  const model::ServiceSpec& spec = *service.spec;
  std::optional<Duration> ready_timeout;
  if (spec.ready) ready_timeout = spec.ready->timeout;
  return {.now = now_.mono,
          .restart = spec.restart,
          .stop = spec.stop,
          .jitter = jitter_,
          .awaits_ready = spec.ready || !spec.health.empty(),
          .ready_timeout = ready_timeout,
          .first_health = spec.health.empty() ? Health::None : Health::Unknown,
          .dependencies_met = dependencies_met(service)};
}

void Supervision::touch(Instance& instance) {
  deadlines_.set(instance.id, instance.machine.deadline(table_.service_of(instance).spec->restart));
  if (!instance.touched) touched_.push_back(instance.id);
  instance.touched = true;
  if (!instance.changed) changed_.push_back(instance.id);
  instance.changed = true;
}

void Supervision::take(Instance& instance, const Action& action) {
  switch (action.kind) {
    case Action::Kind::CheckDependencies:
      checks_.push_back(instance.id);
      return;
    case Action::Kind::JoinBrake:
      instance.ticket = brake_.join(instance.id);
      return;
    case Action::Kind::Start:
      table_.bind(instance, action.run);
      break;
    case Action::Kind::SignalTree:
    case Action::Kind::RunStopCommand:
      instance.signal_owed = true;
      break;
    case Action::Kind::KillTree:
    case Action::Kind::AwaitTreeEmpty:
    case Action::Kind::Release:
      break;
    case Action::Kind::AnnounceStarted:
    case Action::Kind::AnnounceExited:
    case Action::Kind::AnnounceBackoff:
    case Action::Kind::AnnounceFailed:
    case Action::Kind::AnnounceStopped:
    case Action::Kind::AnnounceReady:
      announce(instance, action);
      return;
  }
  outbox_.emplace_back(instance.id, action);
}

// Tells those whom the step of this instance concerns; their own steps come later, from the queues.
void Supervision::after_step(Instance& instance, const policy::Progress& before) {
  const Service& service = table_.service_of(instance);
  const StateKind kind = instance.machine.kind();
  if (instance.ticket != 0 && kind != StateKind::Queued)
    brake_.leave(std::exchange(instance.ticket, 0));
  if (kind != StateKind::Stopping) instance.signal_owed = false;
  if (instance.removing && kind == StateKind::Stopped) removable_.push_back(instance.id);

  const policy::Progress& after = service.progress;
  live_ += static_cast<std::int64_t>(after.live) - static_cast<std::int64_t>(before.live);
  if (after.running > before.running || after.healthy > before.healthy ||
      after.completed > before.completed) {
    check_waiting_users(service);
  }
  const bool whole = after.running == after.instances;
  if (after.running > before.running && whole && !service.followers.empty()) {
    followed_.push_back(instance.service);
  }
  if (after.running < before.running && kind != StateKind::Stopping && !service.needed_by.empty())
    fallen_.push_back(instance.service);
  if (own_.shutting_down && after.live == 0 && before.live > 0) {
    for (const std::size_t need : table_.graph().needs[instance.service]) {
      to_stop_.push_back(static_cast<std::uint32_t>(need));
    }
  }
  heed_essential(instance);
  decide_watch(instance);
}

void Supervision::check_dependencies(Instance& instance) {
  if (instance.machine.kind() != StateKind::Waiting) return;
  if (!dependencies_met(table_.service_of(instance))) return;
  const RunId fresh{own_.next_run_id};
  step(instance, [&](InstanceMachine& machine, const Context& context) {
    return machine.dependencies_met(context, fresh);
  });
}

void Supervision::admit_in_turn() {
  while (const auto id = brake_.turn(now_.mono)) {
    Instance& instance = table_.at(*id);
    const bool met = dependencies_met(table_.service_of(instance));
    if (met) brake_.spend();
    const RunId fresh{own_.next_run_id};
    step(instance, [&](InstanceMachine& machine, const Context& context) {
      return met ? machine.admitted(context, fresh) : machine.dependencies_lost(context);
    });
  }
}

void Supervision::reach_deadlines() {
  while (const auto id = deadlines_.due(now_.mono)) {
    Instance& instance = table_.at(*id);
    note_lateness(instance);
    step(instance, [](InstanceMachine& machine, const Context& context) {
      return machine.deadline_reached(context);
    });
  }
}

}  // namespace mainstay::runtime
