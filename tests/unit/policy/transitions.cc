// Every cell of state × goal × event, printed and compared with tests/golden/transitions.md.
// MAINSTAY_UPDATE_GOLDEN=1 writes the file anew.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>

#include "base/text.h"
#include "unit/policy/machines.h"

using namespace mainstay;
using namespace mainstay::policy;
using namespace mainstay::policy::testing;

namespace {

struct Event {
  std::string name;
  std::function<Actions(InstanceMachine&, const Context&)> happens;
  // What is special about the rules in this row.
  std::function<void(model::RestartPolicy&)> rules = [](model::RestartPolicy&) {};
};

ExitStatus code(int number) {
  return {ExitStatus::Kind::Code, number, false};
}

Actions exit_with(InstanceMachine& m, const Context& c, int number, bool leftovers) {
  return m.exited(c, code(number), c.now, leftovers);
}

Context in_an_hour(const Context& now) {
  Context context = now;
  context.now = now.now + 1h;
  return context;
}

Context with_ready(const Context& plain) {
  Context context = plain;
  context.awaits_ready = true;
  context.ready_timeout = 60s;
  return context;
}

Context without_dependencies(const Context& plain) {
  Context context = plain;
  context.dependencies_met = false;
  return context;
}

std::vector<Event> events() {
  using M = InstanceMachine;
  using C = Context;
  const auto never = [](model::RestartPolicy& r) { r.policy = model::RestartWhen::Never; };
  const auto stable = [](model::RestartPolicy& r) { r.min_uptime = 1s; };
  const auto last_chance = [](model::RestartPolicy& r) { r.max_restarts = 0; };
  return {
      {"start", [](M& m, const C& c) { return m.start(c, StartCause::Manual); }},
      {"stop", [](M& m, const C& c) { return m.stop(c, StopCause::Requested); }},
      {"doom", [](M& m, const C& c) { return m.doom(c, StopCause::Shutdown); }},
      {"kill", [](M& m, const C& c) { return m.kill(c); }},
      {"restart (asked for)",
       [](M& m, const C& c) { return m.restart(c, StopCause::ManualRestart); }},
      {"restart (max_age)", [](M& m, const C& c) { return m.restart(c, StopCause::MaxAge); }},
      {"restart (unhealthy)", [](M& m, const C& c) { return m.restart(c, StopCause::Unhealthy); }},
      {"reset", [](M& m, const C& c) { return m.reset(c); }},
      {"dependencies met", [](M& m, const C& c) { return m.dependencies_met(c, kFresh); }},
      {"dependencies lost", [](M& m, const C& c) { return m.dependencies_lost(c); }},
      {"admitted", [](M& m, const C& c) { return m.admitted(c, kFresh); }},
      {"spawned", [](M& m, const C& c) { return m.spawned(c, 78, c.now); }},
      {"spawned, ready awaited",
       [](M& m, const C& c) { return m.spawned(with_ready(c), 78, c.now); }},
      {"became ready", [](M& m, const C&) { return m.became_ready(); }},
      {"health changed", [](M& m, const C&) { return m.health_changed(Health::Unhealthy); }},
      {"asked for more time", [](M& m, const C& c) { return m.extend(c, 2min); }},
      {"start failed",
       [](M& m, const C& c) { return m.start_failed(c, StartFailureKind::Program); }},
      {"start failed (resources)",
       [](M& m, const C& c) { return m.start_failed(c, StartFailureKind::Resource); }},
      {"exited, unstable", [](M& m, const C& c) { return exit_with(m, c, 1, false); }},
      {"exited, unstable, leftovers", [](M& m, const C& c) { return exit_with(m, c, 1, true); }},
      {"exited, stable", [](M& m, const C& c) { return exit_with(m, c, 1, false); }, stable},
      {"exited, stable, leftovers", [](M& m, const C& c) { return exit_with(m, c, 1, true); },
       stable},
      {"exited, dependencies down",
       [](M& m, const C& c) { return exit_with(m, without_dependencies(c), 1, false); }},
      {"exited, one too many", [](M& m, const C& c) { return exit_with(m, c, 1, false); },
       last_chance},
      {"exited, policy never", [](M& m, const C& c) { return exit_with(m, c, 0, false); }, never},
      {"exited, policy never, leftovers", [](M& m, const C& c) { return exit_with(m, c, 0, true); },
       never},
      {"tree empty", [](M& m, const C& c) { return m.tree_empty(c); }},
      {"tree empty, after the backoff",
       [](M& m, const C& c) { return m.tree_empty(in_an_hour(c)); }},
      {"scheduled", [](M& m, const C& c) { return m.schedule(c.now + 1h); }},
      {"deadline", [](M& m, const C& c) { return m.deadline_reached(in_an_hour(c)); },
       [](model::RestartPolicy& r) { r.max_age = 1min; }},
  };
}

std::string spell(const Action& action) {
  using Kind = Action::Kind;
  const bool fresh = action.run == kFresh;
  switch (action.kind) {
    case Kind::CheckDependencies:
      return "check dependencies";
    case Kind::JoinBrake:
      return "join the brake's queue";
    case Kind::Start:
      return fresh ? "start" : "start ?";
    case Kind::SignalTree:
      return signal_name(action.number) + " to the tree";
    case Kind::RunStopCommand:
      return "run stop.command";
    case Kind::KillTree:
      return "KILL to the tree";
    case Kind::AwaitTreeEmpty:
      return "await the tree's end";
    case Kind::Release:
      return "release";
    case Kind::AnnounceStarted:
      return "announce started";
    case Kind::AnnounceExited:
      return "announce exited";
    case Kind::AnnounceBackoff:
      return "announce backoff";
    case Kind::AnnounceFailed:
      return "announce failed";
    case Kind::AnnounceReady:
      return "announce ready";
    case Kind::AnnounceStopped:
      return "announce stopped";
  }
  return "?";
}

std::string spell(const InstanceMachine& machine) {
  std::string out{to_string(machine.kind())};
  const auto push = [&](Push p) {
    out += p == Push::Asked ? " (asked)" : p == Push::Killed ? " (killed)" : " (unkillable)";
  };
  if (const auto* stopping = machine.as<Stopping>()) push(stopping->push);
  if (const auto* clearing = machine.as<Clearing>()) push(clearing->push);
  if (machine.run() && machine.as<Exited>() != nullptr) out += " (leftovers)";
  if (machine.run() && machine.as<Failed>() != nullptr) out += " (leftovers)";
  return out + ", " + std::string{to_string(machine.goal())};
}

std::string print_table() {
  std::string out =
      "# The instance machine: every state, goal and event\n\n"
      "Written by tests/unit/policy/transitions.cc (MAINSTAY_UPDATE_GOLDEN=1). Each table is a "
      "state and a\n"
      "goal; events that are not in it change nothing there. Announcements become events.\n";
  model::StopPolicy stop;
  for (const Sample& sample : samples()) {
    out += fmt::format("\n## {}, goal {}\n\n| event | becomes | does |\n|---|---|---|\n",
                       sample.name, to_string(sample.goal));
    for (const Event& event : events()) {
      model::RestartPolicy restart;
      restart.backoff.jitter = 0;
      event.rules(restart);
      Jitter jitter{1};
      InstanceMachine machine{sample.goal, sample.state, {}};
      const std::string before = spell(machine);
      std::vector<std::string> does;
      for (const Action& action : event.happens(machine, {kNow, restart, stop, jitter})) {
        does.push_back(spell(action));
      }
      if (spell(machine) == before && does.empty()) continue;
      out += fmt::format("| {} | {} | {} |\n", event.name, spell(machine), join(does, "; "));
    }
  }
  return out;
}

}  // namespace

TEST_CASE("the transition table is the one in tests/golden/transitions.md") {
  const std::string path = std::string{MAINSTAY_GOLDEN_DIR} + "/transitions.md";
  const std::string table = print_table();
  if (std::getenv("MAINSTAY_UPDATE_GOLDEN") != nullptr) {
    std::ofstream{path} << table;
    MESSAGE("wrote " << path);
    return;
  }
  std::stringstream golden;
  golden << std::ifstream{path}.rdbuf();
  CHECK_MESSAGE(golden.str() == table,
                "the machine has changed; if it was meant to, write the table anew");
}

TEST_CASE("no event makes a machine of goal Down start anything, but start and restart") {
  model::StopPolicy stop;
  model::RestartPolicy restart;
  for (const Sample& sample : samples()) {
    if (sample.goal == Goal::Up) continue;
    for (const Event& event : events()) {
      if (event.name == "start" || event.name == "restart (asked for)") continue;
      Jitter jitter{1};
      InstanceMachine machine{sample.goal, sample.state, {}};
      for (const Action& action : event.happens(machine, {kNow, restart, stop, jitter})) {
        CAPTURE(sample.name);
        CAPTURE(event.name);
        CHECK(action.kind != Action::Kind::Start);
        CHECK(action.kind != Action::Kind::CheckDependencies);
      }
      CHECK(machine.goal() == Goal::Down);
    }
  }
}

TEST_CASE("every run is released once its tree is empty, and never while leftovers live") {
  model::StopPolicy stop;
  model::RestartPolicy restart;
  for (const Sample& sample : samples()) {
    for (const Event& event : events()) {
      Jitter jitter{1};
      InstanceMachine machine{sample.goal, sample.state, {}};
      const RunId before = machine.run();
      bool released = false;
      for (const Action& action : event.happens(machine, {kNow, restart, stop, jitter})) {
        released = released || action == Action{Action::Kind::Release, before, 0};
      }
      CAPTURE(sample.name);
      CAPTURE(event.name);
      CHECK(released == (before && machine.run() != before));
    }
  }
}
