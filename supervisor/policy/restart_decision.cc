#include "policy/restart_decision.h"

#include <algorithm>

#include "policy/backoff.h"

namespace mainstay::policy {

namespace {

// config/ caps max_restarts at this when a window is set, so that a record of them stays small.
constexpr std::size_t kMostRemembered = 64;

// What the policy and the code alone say: no further run, whatever the counts.
std::optional<DecidedBy> refuses(const model::RestartPolicy& policy, const RunEnd& end) {
  const bool own_end = end.cause == EndCause::Exited;
  if (own_end && end.status.kind == ExitStatus::Kind::Code &&
      std::ranges::find(policy.stop_codes, end.status.number) != policy.stop_codes.end()) {
    return DecidedBy::StopCode;
  }
  switch (policy.policy) {
    case model::RestartWhen::Always:
      return std::nullopt;
    case model::RestartWhen::OnFailure:
      if (own_end && is_success(policy, end.status)) return DecidedBy::Success;
      return std::nullopt;
    case model::RestartWhen::Never:
      return DecidedBy::PolicyNever;
  }
  return std::nullopt;
}

// Whether a dependency that was down may have been the reason.
bool is_excusable(EndCause cause) {
  switch (cause) {
    case EndCause::Exited:
    case EndCause::Unhealthy:
    case EndCause::NotReady:
      return true;
    case EndCause::StartFailed:
    case EndCause::ResourceError:
    case EndCause::MemoryExceeded:
      return false;
  }
  return false;
}

bool may_be_stable(const RunEnd& end) {
  switch (end.cause) {
    case EndCause::Exited:
    case EndCause::MemoryExceeded:
      return end.ready;
    case EndCause::StartFailed:
    case EndCause::ResourceError:
    case EndCause::Unhealthy:
    case EndCause::NotReady:
      return false;
  }
  return false;
}

void remember_unstable(const model::RestartPolicy& policy, Ledger& ledger, MonoTime at) {
  if (ledger.unstable_runs < UINT32_MAX) ++ledger.unstable_runs;
  if (!policy.window) return;
  std::erase_if(ledger.recent_unstable, [&](MonoTime then) { return at - then > *policy.window; });
  if (ledger.recent_unstable.size() > kMostRemembered) {
    ledger.recent_unstable.erase(ledger.recent_unstable.begin());
  }
  ledger.recent_unstable.push_back(at);
}

std::optional<DecidedBy> exhausts(const model::RestartPolicy& policy, const Ledger& ledger) {
  if (!policy.max_restarts) return std::nullopt;
  if (ledger.unstable_runs > *policy.max_restarts) return DecidedBy::MaxRestarts;
  if (policy.window && ledger.recent_unstable.size() > *policy.max_restarts) {
    return DecidedBy::Window;
  }
  return std::nullopt;
}

void back_off(Decision& decision, const model::Backoff& backoff, std::uint32_t count,
              double sample) {
  decision.verdict = Verdict::Backoff;
  decision.nominal = nominal_backoff(backoff, count);
  decision.delay = with_jitter(decision.nominal, backoff.jitter, sample);
}

Decision decide_resource_error(Ledger ledger, double sample) {
  Decision decision;
  decision.by = DecidedBy::ResourceError;
  if (ledger.resource_failures < UINT32_MAX) ++ledger.resource_failures;
  back_off(decision, resource_backoff(), ledger.resource_failures, sample);
  decision.ledger = std::move(ledger);
  return decision;
}

}  // namespace

void Ledger::forgive() {
  unstable_runs = 0;
  resource_failures = 0;
  recent_unstable.clear();
}

void Ledger::excuse_newest() {
  if (unstable_runs > 0) --unstable_runs;
  if (!recent_unstable.empty()) recent_unstable.pop_back();
}

Decision decide_restart(const model::RestartPolicy& policy, Ledger ledger, const RunEnd& end,
                        double jitter_sample) {
  if (end.cause == EndCause::ResourceError) {
    return decide_resource_error(std::move(ledger), jitter_sample);
  }
  Decision decision;
  decision.ledger = std::move(ledger);
  if (const auto refusal = refuses(policy, end)) {
    decision.verdict = Verdict::Exited;
    decision.by = *refusal;
    return decision;
  }
  if (end.excused && is_excusable(end.cause)) {
    decision.by = DecidedBy::DependencyDown;
    return decision;
  }
  if (may_be_stable(end) && end.up >= policy.min_uptime) {
    decision.ledger.unstable_runs = 0;
    return decision;
  }
  remember_unstable(policy, decision.ledger, end.at);
  if (const auto limit = exhausts(policy, decision.ledger)) {
    decision.verdict = Verdict::Failed;
    decision.by = *limit;
    return decision;
  }
  decision.by = DecidedBy::Unstable;
  back_off(decision, policy.backoff, decision.ledger.unstable_runs, jitter_sample);
  return decision;
}

}  // namespace mainstay::policy
