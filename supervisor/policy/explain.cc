#include "policy/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "base/units.h"
#include "policy/wording.h"

namespace mainstay::policy {

namespace {

std::string_view preposition(PublicState state) {
  return state == PublicState::Backoff ? "in " : "";
}

std::string unstable_note(const Situation& s, const NextStart& next) {
  const Ledger& ledger = s.machine.ledger();
  switch (next.cause) {
    case StartCause::UnstableExit:
      return fmt::format(", the {} unstable run in a row (min_uptime is {})",
                         ordinal(ledger.unstable_runs), spell(s.spec.restart.min_uptime));
    case StartCause::ResourceError:
      return fmt::format(", the {} resource error in a row; such errors do not count against it",
                         ordinal(ledger.resource_failures));
    case StartCause::Autostart:
    case StartCause::Manual:
    case StartCause::Dependency:
    case StartCause::Scaled:
    case StartCause::StableExit:
    case StartCause::RetryAfter:
    case StartCause::ManualRestart:
    case StartCause::Schedule:
    case StartCause::MaxAge:
    case StartCause::RestartWith:
    case StartCause::DependencyBack:
      return "";
  }
  return "";
}

std::string headline(const Situation& s) {
  const PublicState state = public_state(s.machine);
  std::string because = reason_for(s);
  const auto* backoff = s.machine.as<Backoff>();
  if (backoff != nullptr && s.last_exit != nullptr) {
    because = "its last run " + spell_last_run(*s.last_exit) + unstable_note(s, backoff->next);
  }
  // "running since 14:02:11" says the state already.
  if (because.starts_with(to_string(state))) return fmt::format("{} is {}.", s.name, because);
  return fmt::format("{} is {}{}: {}.", s.name, preposition(state), to_string(state), because);
}

// "500 ms × 2³ ± 10 %" for the backoff that is running.
std::string formula_of(const Situation& s, const NextStart& next) {
  const Ledger& ledger = s.machine.ledger();
  if (next.nominal == Duration{0}) return {};
  if (next.cause == StartCause::ResourceError) {
    return backoff_formula(resource_backoff(), std::max(1U, ledger.resource_failures));
  }
  return backoff_formula(s.spec.restart.backoff, std::max(1U, ledger.unstable_runs));
}

std::string spell_start(const Situation& s, MonoTime at, const std::string& why) {
  const Duration left = std::max(Duration{0}, at - s.now.mono);
  return fmt::format("start in {}, at {}{}", spell(left), format_local_clock(s.now.wall_of(at)),
                     why.empty() ? "" : fmt::format(" ({})", why));
}

std::string next_while_running(const Situation& s, const Running& running) {
  const auto& max_age = s.spec.restart.max_age;
  const auto aged = max_age ? std::optional{later(running.started, *max_age)} : std::nullopt;
  if (!aged && !running.scheduled) return {};
  const bool by_age = aged && (!running.scheduled || *aged < *running.scheduled);
  const MonoTime at = by_age ? *aged : *running.scheduled;
  const auto why =
      by_age ? "max_age " + format_exact(*max_age) : "at " + s.spec.restart.at.value_or("");
  return fmt::format("planned restart in {}, at {} ({})", spell(at - s.now.mono),
                     format_local_date_clock(s.now.wall_of(at)), why);
}

std::string next_while_getting_ready(const Situation& s, const GettingReady& state) {
  if (s.machine.goal() == Goal::Down) return {};
  if (!state.ready_by) return "ready, when each of its checks has passed once";
  return fmt::format("a failed start in {}, unless it gets ready (ready.timeout {})",
                     spell(std::max(Duration{0}, *state.ready_by - s.now.mono)),
                     format_exact(s.spec.ready ? s.spec.ready->timeout : Duration{0}));
}

std::string next_while_stopping(const Situation& s, const Stopping& stopping) {
  const auto then = s.machine.goal() == Goal::Up ? "then a new start" : "then stopped";
  switch (stopping.push) {
    case Push::Asked:
      return fmt::format("KILL to its whole tree in {} (stop.timeout {}), {}",
                         spell(std::max(Duration{0}, stopping.deadline - s.now.mono)),
                         format_exact(s.spec.stop.timeout), then);
    case Push::Killed:
      return fmt::format("when nothing of its tree lives any more, {}", then);
    case Push::Unkillable:
      return "when the kernel lets go of it (usually when a disk or network mount answers "
             "again), " +
             std::string{then};
  }
  return {};
}

std::string next_step(const Situation& s) {
  switch (s.machine.kind()) {
    case StateKind::Waiting:
      return s.waits_for.empty() ? "start now" : fmt::format("start when {}, is up", s.waits_for);
    case StateKind::Queued:
      return fmt::format(
          "start in about {}",
          spell(Duration{static_cast<Duration::rep>(1e9 * static_cast<double>(s.ahead + 1) /
                                                    std::max(0.001, s.starts_per_second))}));
    case StateKind::Backoff:
      return spell_start(s, s.machine.as<Backoff>()->next.at,
                         formula_of(s, s.machine.as<Backoff>()->next));
    case StateKind::Clearing:
      if (s.machine.goal() == Goal::Down) return "stopped, when nothing of its tree lives any more";
      return "start, when nothing of its last run lives any more";
    case StateKind::Failed:
      if (!s.machine.as<Failed>()->retry_at) return {};
      return spell_start(
          s, *s.machine.as<Failed>()->retry_at,
          "retry_after " + format_exact(s.spec.restart.retry_after.value_or(Duration{0})));
    case StateKind::Running:
      return s.machine.goal() == Goal::Up ? next_while_running(s, *s.machine.as<Running>()) : "";
    case StateKind::Stopping:
      return next_while_stopping(s, *s.machine.as<Stopping>());
    case StateKind::GettingReady:
      return next_while_getting_ready(s, *s.machine.as<GettingReady>());
    case StateKind::Starting:
      return s.machine.goal() == Goal::Up ? "" : "stopped, as soon as it is there";
    case StateKind::Stopped:
    case StateKind::Exited:
      return {};
  }
  return {};
}

// The delays still to come if every run from now on is like the last one.
Duration time_to_limit(const Situation& s, std::uint32_t limit) {
  const auto& backoff = s.spec.restart.backoff;
  const std::uint32_t count = s.machine.ledger().unstable_runs;
  const Duration each_run = s.last_exit == nullptr ? Duration{0} : s.last_exit->run_time;
  double seconds =
      to_seconds(std::max(Duration{0}, next_start(s.machine).value_or(s.now.mono) - s.now.mono));
  for (std::uint32_t n = count + 1; n <= limit; ++n) {
    if (is_capped(backoff, n)) {
      seconds += to_seconds(backoff.max) * (limit - n + 1);
      break;
    }
    seconds += to_seconds(nominal_backoff(backoff, n));
  }
  seconds += to_seconds(each_run) * (limit - count + 1);
  return Duration{static_cast<Duration::rep>(std::min(seconds, 3e9) * 1e9)};
}

std::string gives_up(const Situation& s) {
  const auto& limit = s.spec.restart.max_restarts;
  const std::uint32_t count = s.machine.ledger().unstable_runs;
  const bool counting = s.machine.kind() == StateKind::Backoff ||
                        s.machine.kind() == StateKind::Queued ||
                        s.machine.kind() == StateKind::Clearing;
  if (!counting || s.machine.goal() == Goal::Down || count == 0) return {};
  if (!limit) return "never (max_restarts unlimited)";
  if (count > *limit) return {};
  return fmt::format("after {} (max_restarts {}), in about {} at this pace",
                     count_of(*limit - count + 1, "more unstable run"), *limit,
                     spell(time_to_limit(s, *limit)));
}

}  // namespace

Reasoning explain(const Situation& situation) {
  return {headline(situation), next_step(situation), gives_up(situation), rules_for(situation),
          commands_for(situation)};
}

}  // namespace mainstay::policy
