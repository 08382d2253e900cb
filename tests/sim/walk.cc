#include "sim/walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <csignal>

namespace mainstay::sim {

using runtime::ExitStatus;
using runtime::Verb;

std::uint64_t Dice::below(std::uint64_t bound) {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return (z ^ (z >> 31)) % bound;
}

bool Dice::chance(double probability) {
  return static_cast<double>(below(1'000'000)) < probability * 1e6;
}

Duration Dice::between(Duration least, Duration most) {
  return least + Duration{static_cast<Duration::rep>(
                     below(static_cast<std::uint64_t>((most - least).count()) + 1))};
}

Walk::Walk(std::uint64_t seed) : dice_(seed) {
  world_.keeps_deeds = false;
  world_.options.jitter_seed = seed;
  world_.options.starts_per_second = dice_.chance(0.5) ? 50 : 2;
  world_.options.start_burst = dice_.chance(0.5) ? 100 : 3;
  world_.kept_events.set_capacity(64);
  world_.on_told = [this](const runtime::Event& event) { check_backoff(event); };
  declare_services();
  world_.up();
}

void Walk::declare_services() {
  const std::size_t count = 2 + dice_.below(10);
  for (std::size_t i = 0; i < count; ++i) {
    const bool job = dice_.chance(0.25);
    names_.push_back(fmt::format("s{}", i));
    is_job_.push_back(job);
    model::ServiceSpec& spec = world_.declare(names_.back());
    world_.life(names_.back()) = any_life(job);
    spec.instances = 1 + static_cast<std::uint32_t>(dice_.chance(0.3) ? dice_.below(3) : 0);
    spec.autostart = dice_.chance(0.8);
    spec.essential = dice_.chance(0.02);
    spec.stop.timeout = dice_.between(0ms, 10s);
    if (dice_.chance(0.2)) spec.stop.command = {model::Template{"/bin/stop-it"}};
    for (std::size_t need = 0; need < i; ++need) {
      if (!dice_.chance(0.2)) continue;
      const bool completed = is_job_[need] && dice_.chance(0.7);
      const auto up = dice_.chance(0.5) ? model::DependencyCondition::Started
                                        : model::DependencyCondition::Healthy;
      spec.depends_on.push_back(
          {names_[need], completed ? model::DependencyCondition::Completed : up});
    }
    if (dice_.chance(0.3)) spec.restart_with.push_back(fmt::format("s{}", dice_.below(count)));
    if (!job) declare_health(spec);
    declare_restart(spec.restart, job);
    policies_[spec.name] = spec.restart;
  }
}

void Walk::declare_health(model::ServiceSpec& spec) {
  if (dice_.chance(0.3)) {
    spec.ready = {.probe = model::TcpProbe{{"8000"}}, .timeout = dice_.between(1s, 20s)};
  }
  for (int i = 0; dice_.chance(0.3) && i < 3; ++i) {
    model::CheckSpec check;
    check.probe = model::TcpProbe{{"8000"}};
    check.interval = dice_.between(1s, 10s);
    check.failures = 1 + static_cast<std::uint32_t>(dice_.below(3));
    check.start_period = dice_.between(0s, 5s);
    if (dice_.chance(0.2)) check.action = model::CheckAction::Alert;
    spec.health.push_back(check);
  }
  if (dice_.chance(0.2)) spec.limits.memory = Bytes{1 << 20};
}

void Walk::declare_restart(model::RestartPolicy& restart, bool job) {
  restart.policy = job                  ? model::RestartWhen::OnFailure
                   : dice_.chance(0.85) ? model::RestartWhen::Always
                                        : model::RestartWhen::Never;
  restart.backoff = {dice_.between(0ms, 2s), 1 + static_cast<double>(dice_.below(3)),
                     dice_.between(2s, 10s), static_cast<double>(dice_.below(30)) / 100};
  restart.min_uptime = dice_.between(0s, 5s);
  restart.max_restarts = static_cast<std::uint32_t>(dice_.below(6));
  if (dice_.chance(0.2)) restart.max_restarts.reset();
  if (dice_.chance(0.2)) restart.window = dice_.between(5s, 60s);
  if (dice_.chance(0.3)) restart.retry_after = dice_.between(1s, 30s);
  if (dice_.chance(0.2)) restart.max_age = dice_.between(3s, 60s);
  if (dice_.chance(0.2)) restart.at = "* * * * *";
  if (dice_.chance(0.2)) restart.stop_codes = {3};
}

Life Walk::any_life(bool job) {
  Life life;
  if (job || dice_.chance(0.7)) life.runs_for = dice_.between(0ms, job ? 5s : 20s);
  life.ends_with = {ExitStatus::Kind::Code, static_cast<int>(dice_.below(job ? 2 : 5)), false};
  if (dice_.chance(0.2)) life.ends_with = {ExitStatus::Kind::Signal, SIGSEGV, true};
  if (dice_.chance(0.02)) life.ends_with = {};
  life.obeys_term = dice_.between(0ms, 3s);
  if (dice_.chance(0.15)) life.obeys_term.reset();
  life.leaves_processes = dice_.chance(0.2);
  if (dice_.chance(0.5)) life.leftovers_obey = dice_.between(0ms, 3s);
  life.unkillable = dice_.chance(0.03);
  if (dice_.chance(0.5)) life.ready_after = dice_.between(0s, 10s);
  if (dice_.chance(0.1)) life.ready_after.reset();
  if (dice_.chance(0.2)) life.sick_after = dice_.between(0s, 30s);
  if (dice_.chance(0.1)) {
    const bool resource = dice_.chance(0.5);
    life.start_failure = runtime::StartFailure{
        resource ? runtime::StartFailureKind::Resource : runtime::StartFailureKind::Program, "run",
        2, "cannot run it"};
  }
  return life;
}

const std::string& Walk::any_service() {
  return names_[dice_.below(names_.size())];
}

std::uint64_t Walk::run(std::uint64_t steps) {
  std::uint64_t taken = 0;
  for (; taken < steps && !over_ && violations().empty(); ++taken) {
    move();
    check();
  }
  if (!over_ && violations().empty()) shut_down();
  return taken;
}

void Walk::move() {
  const std::uint64_t die = dice_.below(1000);
  if (die < 880) {
    if (!world_.step(world_.now().mono + 1min)) world_.advance(dice_.between(0s, 10s));
  } else if (die < 950) {
    wish();
  } else if (die < 990) {
    meddle();
  } else {
    die_and_take_over();
  }
  if (world_.controller_is_dead()) {
    asked_.clear();
    world_.take_over();
    ++takeovers_;
    world_.settle();
  }
}

void Walk::wish() {
  constexpr Verb kVerbs[] = {Verb::Start, Verb::Stop, Verb::Restart, Verb::Reset, Verb::Reload};
  if (dice_.chance(0.1)) {
    auto id = world_.controller().scale(any_service(), static_cast<std::uint32_t>(dice_.below(5)),
                                        "dice");
    if (id) asked_.push_back({id.value(), world_.now().mono});
    ++requests_;
  } else {
    const std::string target = dice_.chance(0.1) ? "all" : any_service();
    const Verb verb = kVerbs[dice_.below(5)];
    asked_.push_back({world_.controller().request(
                          verb, world_.controller().resolve(std::span{&target, 1}).value(), "dice"),
                      world_.now().mono});
    ++requests_;
  }
  if (dice_.chance(0.1)) {
    world_.controller().forget(asked_.empty() ? runtime::RequestId{} : asked_.back().id);
    if (!asked_.empty()) asked_.pop_back();
  }
  world_.settle();
}

// With the processes and the clock, which the supervisor has no power over.
void Walk::meddle() {
  const std::size_t i = dice_.below(names_.size());
  const std::uint64_t die = dice_.below(100);
  if (die < 50) {
    world_.life(names_[i]) = any_life(is_job_[i]);
  } else if (die < 75) {
    world_.die(names_[i] + ":0", {ExitStatus::Kind::Signal, SIGKILL, false});
  } else if (die < 80) {
    world_.tell(names_[i] + ":0", [](RunId run) {
      return runtime::MemoryExceeded{.run = run, .used_bytes = 2 << 20, .limit_bytes = 1 << 20};
    });
  } else if (die < 85) {
    const Duration more = dice_.between(0s, 30s);
    world_.tell(names_[i] + ":0", [&](RunId run) { return runtime::MoreTime{run, more}; });
  } else if (die < 92) {
    world_.let_go(names_[i]);
  } else if (die < 99) {
    world_.jump_wall_clock(dice_.between(0s, 2h) - Duration{1h});
    world_.settle();
  } else {
    shut_down();
  }
}

void Walk::die_and_take_over() {
  if (dice_.chance(0.5)) {
    // In the middle of something: between any two deeds of the next step.
    world_.kill_controller_after(dice_.below(12));
    if (dice_.chance(0.5)) wish();
    world_.step(world_.now().mono + 1min);
    if (!world_.controller_is_dead()) world_.kill_controller();
    if (dice_.chance(0.5)) world_.advance(dice_.between(0s, 5s));
    return;
  }
  asked_.clear();
  const auto before = snapshot();
  world_.kill_controller();
  world_.take_over();
  ++takeovers_;
  check_same(before);
  world_.settle();
}

void Walk::shut_down() {
  over_ = true;
  for (const std::string& name : names_)
    world_.let_go(name);
  world_.controller().shutdown(5, "the dice");
  world_.settle();
  if (dice_.chance(0.3)) {
    world_.advance(dice_.between(0s, 3s));
    world_.controller().shutdown(5, "the dice again");
  }
  if (dice_.chance(0.3)) {
    world_.kill_controller();
    world_.take_over();
  }
  world_.advance(10min);
  if (!world_.controller().finished()) violated("the shutdown does not end");
  if (world_.live_processes() != 0) violated("something lives after the shutdown");
  asked_.clear();
}

}  // namespace mainstay::sim
