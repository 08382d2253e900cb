#include "policy/check_state.h"

#include <doctest/doctest.h>

using namespace mainstay;
using namespace mainstay::policy;
using namespace std::chrono_literals;

namespace {

constexpr MonoTime kStart{1000s};

model::CheckSpec spec() {
  model::CheckSpec check;
  check.probe = model::TcpProbe{{"8000"}};
  check.failures = 3;
  check.successes = 2;
  check.start_period = 10s;
  return check;
}

CheckResult failed(MonoTime at) {
  return {.verdict = CheckVerdict::Failed, .at = at, .message = "connection refused"};
}

CheckResult passed(MonoTime at) {
  return {.verdict = CheckVerdict::Passed, .at = at, .latency = 3ms};
}

}  // namespace

TEST_CASE("a check changes sides after so many in a row, and says so once") {
  CheckState state;
  MonoTime now = kStart + 20s;
  CHECK(take(state, spec(), failed(now), kStart) == CheckChange::None);
  CHECK(take(state, spec(), failed(now), kStart) == CheckChange::None);
  CHECK(state.health == Health::Unknown);
  CHECK(take(state, spec(), failed(now), kStart) == CheckChange::BecameUnhealthy);
  CHECK(take(state, spec(), failed(now), kStart) == CheckChange::None);
  CHECK(take(state, spec(), passed(now), kStart) == CheckChange::None);
  CHECK(state.health == Health::Unhealthy);
  CHECK(take(state, spec(), passed(now), kStart) == CheckChange::BecameHealthy);
  CHECK(state.failures == 0);
}

TEST_CASE("failures that do not count are shown and change nothing") {
  CheckState state;
  for (int i = 0; i < 10; ++i)
    take(state, spec(), failed(kStart + 9s), kStart);
  CheckResult extra = failed(kStart + 20s);
  extra.counts = false;
  for (int i = 0; i < 10; ++i)
    take(state, spec(), extra, kStart);
  CHECK(state.failures == 0);
  CHECK(state.health == Health::Unknown);
  CHECK(describe(state, spec(), kStart + 21s) ==
        "unknown: connection refused; never passed in this run");
}

TEST_CASE("unknown takes a good name away, but not a bad one, and counts for nothing") {
  CheckState state;
  take(state, spec(), passed(kStart), kStart);
  take(state, spec(), passed(kStart), kStart);
  CHECK(state.health == Health::Healthy);
  CHECK(take(state, spec(), {.at = kStart + 1s, .message = "the gateway has died"}, kStart) ==
        CheckChange::None);
  CHECK(state.health == Health::Unknown);
  CHECK(state.failures == 0);
  for (int i = 0; i < 3; ++i)
    take(state, spec(), failed(kStart + 20s), kStart);
  take(state, spec(), {.at = kStart + 21s}, kStart);
  CHECK(state.health == Health::Unhealthy);
}

TEST_CASE("how a check stands is one sentence") {
  CheckState state;
  CHECK(describe(state, spec(), kStart) == "not checked yet");
  take(state, spec(), passed(kStart), kStart);
  CHECK(describe(state, spec(), kStart + 4s) == "passed 4 s ago in 3.0 ms");
  for (int i = 0; i < 3; ++i)
    take(state, spec(), failed(kStart + 40s), kStart);
  CHECK(describe(state, spec(), kStart + 42s) ==
        "3 of 3 failed: connection refused; last good 42 s ago");
}

TEST_CASE("the health of all checks is that of the worst") {
  const auto of = [](std::vector<Health> healths) {
    std::vector<CheckState> states;
    for (const Health health : healths) {
      states.emplace_back();
      states.back().health = health;
    }
    return summary(states);
  };
  CHECK(of({}) == Health::None);
  CHECK(of({Health::Healthy, Health::Healthy}) == Health::Healthy);
  CHECK(of({Health::Healthy, Health::Unknown}) == Health::Unknown);
  CHECK(of({Health::Unknown, Health::Unhealthy, Health::Healthy}) == Health::Unhealthy);
}

TEST_CASE("what a check looks at is shown without secrets") {
  const model::Environment env{{"API_TOKEN", model::Template{"s3cret-token"}}};
  const auto http = [&](const std::string& url) {
    model::HttpProbe probe;
    probe.url.text = url;
    return target_of(probe, env);
  };
  CHECK(http("http://127.0.0.1:8000/health") == "http://127.0.0.1:8000/health");
  CHECK(http("http://me:hunter2@host/health?token=s3cret-token") == "http://host/health?...");
  CHECK(http("http://host/s3cret-token/health") == "http://host/***/health");
  CHECK(target_of(model::CommandProbe{{{"./check"}, {"--token=s3cret-token"}}}, env) ==
        "./check --token=***");
  const auto longest = target_of(model::CommandProbe{{{std::string(500, 'x')}}}, env);
  CHECK(longest.size() < 100);
}
