#include "policy/explain.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

#include "policy/start_order.h"
#include "policy/wording.h"
#include "unit/policy/machines.h"

using namespace mainstay;
using namespace mainstay::policy;
using namespace mainstay::policy::testing;

namespace {

struct Case {
  model::ServiceSpec spec;
  InstanceMachine machine;
  std::optional<LastExit> last;

  Situation situation() const {
    return {.spec = spec,
            .machine = machine,
            .now = {kNow, {std::chrono::hours{24 * 365}}},
            .name = "worker",
            .last_exit = last ? &*last : nullptr,
            .waits_for = "db, which has failed",
            .actor = "root",
            .enabled = {},
            .ahead = 3,
            .starts_per_second = 50};
  }
};

LastExit segv() {
  return {{}, {ExitStatus::Kind::Signal, 11, false}, "exited", 200ms, {}};
}

}  // namespace

TEST_CASE("a backoff is explained with the run, the count, the formula and the limit") {
  Case c;
  Ledger ledger;
  ledger.unstable_runs = 4;
  c.machine = {Goal::Up, Backoff{{StartCause::UnstableExit, kNow, kNow + 4200ms, 4s}}, ledger};
  c.last = segv();
  const Reasoning why = explain(c.situation());
  CHECK(why.headline ==
        "worker is in backoff: its last run ended with signal 11 (SEGV) after 200 ms, the 4th "
        "unstable run "
        "in a row (min_uptime is 10 s).");
  CHECK(why.next.starts_with("start in 4.2 s, at "));
  CHECK(why.next.ends_with(" (500 ms × 2³ ± 10 %)"));
  CHECK(why.gives_up.starts_with("after 13 more unstable runs (max_restarts 16), in about 10m"));
  CHECK(why.rules.at(0) == "restart.policy: always");
  CHECK(why.rules.at(1) == "restart.backoff: {initial: 500ms, factor: 2, max: 1m, jitter: 10%}");
  CHECK(why.try_commands.at(0) == "ctl logs worker -n 50");
}

TEST_CASE("an unlimited service never gives up, and says so") {
  Case c;
  c.spec.restart.max_restarts.reset();
  Ledger ledger;
  ledger.unstable_runs = 4;
  c.machine = {Goal::Up, Backoff{{StartCause::UnstableExit, kNow, kNow + 4s, 4s}}, ledger};
  CHECK(explain(c.situation()).gives_up == "never (max_restarts unlimited)");
}

TEST_CASE("formulas leave out what says nothing") {
  CHECK(backoff_formula({500ms, 2, 60s, 0.1}, 1) == "500 ms ± 10 %");
  CHECK(backoff_formula({500ms, 2, 60s, 0.1}, 2) == "500 ms × 2 ± 10 %");
  CHECK(backoff_formula({500ms, 1.5, 60s, 0}, 11) == "500 ms × 1.5¹⁰");
  CHECK(backoff_formula({500ms, 2, 60s, 0.1}, 12) == "at most 1m 00s ± 10 %");
  CHECK(backoff_formula({5s, 1, 5s, 0}, 9) == "5 s");
}

TEST_CASE("a failed instance names the rule, the numbers and the last code") {
  Case c;
  Ledger ledger;
  ledger.unstable_runs = 17;
  c.machine = {Goal::Up, Failed{DecidedBy::MaxRestarts, {}, kNow, {}}, ledger};
  c.last = LastExit{{}, {ExitStatus::Kind::Code, 2, false}, "exited", 0ms, {}};
  const Reasoning why = explain(c.situation());
  CHECK(why.headline ==
        "worker is failed: 17 unstable runs in a row (max_restarts 16), the last one: code 2.");
  CHECK(why.next.empty());
  CHECK(why.gives_up.empty());
  CHECK(why.try_commands.back() == "ctl start worker");
}

TEST_CASE("a reason that says the state already is not preceded by it") {
  Case c;
  c.machine = {Goal::Up, Running{kRun, 77, kNow - 60s, {}, {}, {}, {}}, {}};
  CHECK(explain(c.situation()).headline.starts_with("worker is running since "));
}

TEST_CASE("an exited instance names the policy that let it be") {
  Case c;
  c.machine = {Goal::Up, Exited{DecidedBy::StopCode, false, {}, kNow}, {}};
  c.last = LastExit{{}, {ExitStatus::Kind::Code, 3, false}, "exited", 90s, {}};
  CHECK(explain(c.situation()).headline ==
        "worker is exited: its last run ended with code 3 after 1m 30s; no restart "
        "(restart.stop_codes).");
}

TEST_CASE("a stop says what was sent, when KILL follows and what comes then") {
  Case c;
  const Stopping stopping{kRun,        77,        kNow - 60s, StopCause::Requested,
                          Push::Asked, kNow - 4s, kNow + 6s};
  c.machine = {Goal::Down, stopping, {}};
  const Reasoning why = explain(c.situation());
  CHECK(why.headline == "worker is stopping: TERM sent 4 s ago, KILL in 6 s.");
  CHECK(why.next == "KILL to its whole tree in 6 s (stop.timeout 10s), then stopped");
}

TEST_CASE("what does not die of KILL is called unkillable") {
  Case c;
  const Stopping stuck{kRun, 77, kNow, StopCause::Requested, Push::Unkillable, kNow, kNow - 4s};
  c.machine = {Goal::Down, stuck, {}};
  CHECK(explain(c.situation())
            .headline.find("unkillable (uninterruptible wait): KILL was sent 14 s ago") !=
        std::string::npos);
}

TEST_CASE("a start failure is quoted with its whole message") {
  Case c;
  Ledger ledger;
  ledger.unstable_runs = 1;
  c.machine = {Goal::Up, Backoff{{StartCause::UnstableExit, kNow, kNow + 500ms, 500ms}}, ledger};
  c.last = LastExit{{}, {}, "start failed", 0s, "cannot run 'pyhton3': no such program"};
  CHECK(explain(c.situation())
            .headline.find("could not start: cannot run 'pyhton3': no such program") !=
        std::string::npos);
}

TEST_CASE("every state has a headline of one sentence, a reason and something to try") {
  for (const Sample& sample : samples()) {
    Case c;
    c.machine = {sample.goal, sample.state, {}};
    c.spec.depends_on = {{"db"}};
    CAPTURE(sample.name);
    for (const bool has_run : {false, true}) {
      if (has_run) c.last = segv();
      const Reasoning why = explain(c.situation());
      CHECK(why.headline.starts_with("worker is "));
      CHECK(why.headline.ends_with("."));
      CHECK_FALSE(why.headline.ends_with(".."));
      CHECK_FALSE(reason_for(c.situation()).empty());
      CHECK_FALSE(why.try_commands.empty());
      CHECK_FALSE(why.rules.empty());
    }
  }
}

TEST_CASE("public states are the eight words") {
  for (const Sample& sample : samples()) {
    const InstanceMachine machine{sample.goal, sample.state, {}};
    const std::string state{to_string(public_state(machine))};
    CAPTURE(sample.name);
    const bool down = sample.goal == Goal::Down;
    if (machine.kind() == StateKind::Queued) CHECK(state == "backoff");
    if (machine.kind() == StateKind::Clearing) CHECK(state == (down ? "stopping" : "backoff"));
    if (machine.kind() == StateKind::Starting) CHECK(state == (down ? "stopping" : "starting"));
    if (machine.kind() == StateKind::Running) CHECK(state == "running");
  }
}

TEST_CASE("ordinals are those of English") {
  CHECK(ordinal(1) == "1st");
  CHECK(ordinal(2) == "2nd");
  CHECK(ordinal(3) == "3rd");
  CHECK(ordinal(11) == "11th");
  CHECK(ordinal(112) == "112th");
  CHECK(ordinal(121) == "121st");
}

TEST_CASE("the longest stop is the chain, not the sum of all") {
  std::vector<model::ServiceSpec> services(4);
  for (std::size_t i = 0; i < 4; ++i)
    services[i].name = std::string(1, static_cast<char>('a' + i));
  services[0].depends_on = {{"b"}};
  services[1].depends_on = {{"c"}};
  services[3].stop.timeout = 15s;
  const auto graph = model::build_dependency_graph(services);
  CHECK(longest_stop(services, graph, {true, true, true, true}) == Duration{40s});
  CHECK(longest_stop(services, graph, {true, false, true, true}) == Duration{30s});
  CHECK(longest_stop(services, graph, {false, false, false, true}) == Duration{25s});
}

TEST_CASE("restart_with in a circle loses one edge of it and no other") {
  std::vector<model::ServiceSpec> services(4);
  for (std::size_t i = 0; i < 4; ++i)
    services[i].name = std::string(1, static_cast<char>('a' + i));
  services[0].restart_with = {"b"};
  services[1].restart_with = {"c"};
  services[2].restart_with = {"a"};
  services[3].restart_with = {"a", "d", "nobody"};
  std::size_t edges = 0;
  const auto followers = restart_followers(services);
  for (const auto& of_one : followers)
    edges += of_one.size();
  CHECK(edges == 3);
  CHECK(followers[0] == std::vector<std::size_t>{3});
}
