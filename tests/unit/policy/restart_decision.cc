#include "policy/restart_decision.h"

#include <doctest/doctest.h>

#include "policy/backoff.h"

using namespace mainstay;
using namespace mainstay::policy;
using namespace std::chrono_literals;

namespace {

constexpr MonoTime kEnded{1000s};

RunEnd ended(int code, Duration up, MonoTime at = kEnded) {
  return {EndCause::Exited, {ExitStatus::Kind::Code, code, false}, up, at};
}

}  // namespace

TEST_CASE("stop_codes come before everything else, also before a stable run") {
  model::RestartPolicy policy;
  policy.stop_codes = {3};
  const Decision decision = decide_restart(policy, {}, ended(3, 1h), 0);
  CHECK(decision.verdict == Verdict::Exited);
  CHECK(decision.by == DecidedBy::StopCode);
}

TEST_CASE("stop_codes are about codes, not about signals of the same number") {
  model::RestartPolicy policy;
  policy.stop_codes = {11};
  const RunEnd shot{EndCause::Exited, {ExitStatus::Kind::Signal, 11, false}, 1h, kEnded};
  CHECK(decide_restart(policy, {}, shot, 0).verdict == Verdict::RestartNow);
}

TEST_CASE("min_uptime is reached when it is reached, not a nanosecond before") {
  const model::RestartPolicy policy;
  CHECK(decide_restart(policy, {}, ended(1, 10s), 0).verdict == Verdict::RestartNow);
  CHECK(decide_restart(policy, {}, ended(1, 10s - 1ns), 0).verdict == Verdict::Backoff);
}

TEST_CASE("a stable run clears the count but not the window's memory") {
  model::RestartPolicy policy;
  policy.window = 1h;
  Ledger ledger;
  ledger.unstable_runs = 5;
  ledger.recent_unstable = {kEnded - 1min};
  const Decision decision = decide_restart(policy, ledger, ended(1, 1h), 0);
  CHECK(decision.by == DecidedBy::Stable);
  CHECK(decision.ledger.unstable_runs == 0);
  CHECK(decision.ledger.recent_unstable.size() == 1);
}

TEST_CASE("health and memory restarts are judged like a crash, codes aside") {
  model::RestartPolicy policy;
  policy.policy = model::RestartWhen::OnFailure;
  policy.stop_codes = {0};
  for (const EndCause cause : {EndCause::Unhealthy, EndCause::MemoryExceeded}) {
    const RunEnd end{cause, {ExitStatus::Kind::Code, 0, false}, 1s, kEnded};
    const Decision decision = decide_restart(policy, {}, end, 0);
    CHECK(decision.verdict == Verdict::Backoff);
    CHECK(decision.ledger.unstable_runs == 1);
  }
  policy.policy = model::RestartWhen::Never;
  const RunEnd end{EndCause::Unhealthy, {}, 1h, kEnded};
  CHECK(decide_restart(policy, {}, end, 0).verdict == Verdict::Exited);
}

TEST_CASE("a failed start is never stable, even with min_uptime 0") {
  model::RestartPolicy policy;
  policy.min_uptime = 0s;
  const RunEnd end{EndCause::StartFailed, {}, 0s, kEnded};
  CHECK(decide_restart(policy, {}, end, 0).by == DecidedBy::Unstable);
}

TEST_CASE("a resource error retries under every policy, with its own growing backoff") {
  model::RestartPolicy policy;
  policy.policy = model::RestartWhen::Never;
  policy.max_restarts = 0;
  Ledger ledger;
  const RunEnd end{EndCause::ResourceError, {}, 0s, kEnded};
  for (const Duration delay : {Duration{500ms}, Duration{1s}, Duration{2s}}) {
    const Decision decision = decide_restart(policy, ledger, end, 0);
    CHECK(decision.verdict == Verdict::Backoff);
    CHECK(decision.delay == delay);
    CHECK(decision.ledger.unstable_runs == 0);
    ledger = decision.ledger;
  }
}

TEST_CASE("a window remembers what it needs and no more") {
  model::RestartPolicy policy;
  policy.window = 1000h;
  policy.max_restarts = 64;
  Ledger ledger;
  int runs = 0;
  Decision decision;
  do {
    decision = decide_restart(policy, ledger, ended(1, 1s, kEnded + runs * 1s), 0);
    ledger = decision.ledger;
    ledger.unstable_runs = 0;  // as if stable runs came between
    ++runs;
  } while (decision.verdict == Verdict::Backoff);
  CHECK(runs == 65);
  CHECK(decision.by == DecidedBy::Window);
  CHECK(ledger.recent_unstable.size() <= 65);
}

TEST_CASE("backoffs grow to the cap and stay there, whatever the count") {
  const model::Backoff backoff{500ms, 2, 60s, 0.1};
  CHECK(nominal_backoff(backoff, 1) == 500ms);
  CHECK(nominal_backoff(backoff, 4) == 4s);
  CHECK(nominal_backoff(backoff, 7) == 32s);
  CHECK(nominal_backoff(backoff, 8) == 60s);
  CHECK(nominal_backoff(backoff, UINT32_MAX) == 60s);
  CHECK(nominal_backoff({2s, 1, 2s, 0}, 1000) == 2s);
  CHECK(nominal_backoff({0s, 2, 60s, 0}, UINT32_MAX) >= 0s);
}

TEST_CASE("jitter moves a delay by its share at most and never below zero") {
  CHECK(with_jitter(10s, 0.1, -1) == 9s);
  CHECK(with_jitter(10s, 0.1, 1) == 11s);
  CHECK(with_jitter(10s, 0, 0.7) == 10s);
  CHECK(with_jitter(10s, 2, -1) == 0s);
  CHECK(with_jitter(Duration::max(), 1, 1) > 0s);
}

TEST_CASE("the same seed gives the same jitter, within its bounds and on both sides") {
  Jitter a{42};
  Jitter b{42};
  double sum = 0;
  for (int i = 0; i < 1000; ++i) {
    const double sample = a.next();
    CHECK(sample == b.next());
    CHECK(sample >= -1);
    CHECK(sample < 1);
    sum += sample;
  }
  CHECK(sum / 1000 < 0.1);
  CHECK(sum / 1000 > -0.1);
}

TEST_CASE("a deadline beyond the end of time is the end of time") {
  CHECK(later({1h}, Duration::max()).since_boot == Duration::max());
  CHECK(later({1h}, 1s).since_boot == Duration{1h + 1s});
}
