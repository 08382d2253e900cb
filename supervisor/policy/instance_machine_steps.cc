// The steps that several events of InstanceMachine share.
#include <utility>

#include "policy/instance_machine.h"

namespace mainstay::policy {

namespace {

using Do = Action::Kind;

EndCause end_cause(StopCause cause) {
  if (cause == StopCause::MemoryExceeded) return EndCause::MemoryExceeded;
  return cause == StopCause::NotReady ? EndCause::NotReady : EndCause::Unhealthy;
}

StartCause start_cause(DecidedBy by) {
  switch (by) {
    case DecidedBy::Stable:
      return StartCause::StableExit;
    case DecidedBy::ResourceError:
      return StartCause::ResourceError;
    case DecidedBy::DependencyDown:
      return StartCause::DependencyBack;
    case DecidedBy::Unstable:
    case DecidedBy::StopCode:
    case DecidedBy::PolicyNever:
    case DecidedBy::Success:
    case DecidedBy::MaxRestarts:
    case DecidedBy::Window:
      return StartCause::UnstableExit;
  }
  return StartCause::UnstableExit;
}

}  // namespace

Actions InstanceMachine::begin(const Context& context, StartCause cause) {
  enter(Waiting{cause, context.now});
  return {{Do::CheckDependencies, {}}};
}

Actions InstanceMachine::begin_run(const Context& context, RunId run, StartCause cause) {
  if (is_restart(cause)) ++ledger_.restarts;
  enter(Starting{run, cause, context.now});
  return {{Do::Start, run}};
}

// Of a run whose main process is up.
Actions InstanceMachine::begin_stop(const Context& context, StopCause cause) {
  const Running running = *up();
  enter(Stopping{.run = running.run,
                 .pid = running.pid,
                 .started = running.started,
                 .cause = cause,
                 .push = Push::Asked,
                 .since = context.now,
                 .deadline = later(context.now, context.stop.timeout)});
  if (!context.stop.command.empty()) return {{Do::RunStopCommand, running.run}};
  return {{Do::SignalTree, running.run, context.stop.signal}};
}

// Of a tree whose main process has gone: there is nobody for stop.command to talk to.
Actions InstanceMachine::end_leftovers(const Context& context, RunId run, StopCause cause) {
  enter(Stopping{.run = run,
                 .started = context.now,
                 .cause = cause,
                 .push = Push::Asked,
                 .since = context.now,
                 .deadline = later(context.now, context.stop.timeout)});
  return {{Do::SignalTree, run, context.stop.signal}, {Do::AwaitTreeEmpty, run}};
}

// Never two runs of an instance at once, not even of its leftovers.
Actions InstanceMachine::clear(const Context& context, RunId leftovers, const NextStart& next) {
  enter(Clearing{
      .run = leftovers, .since = context.now, .deadline = context.now + kKillGrace, .next = next});
  return {{Do::KillTree, leftovers}, {Do::AwaitTreeEmpty, leftovers}};
}

Actions InstanceMachine::kill_now(const Context& context, Stopping stopping) {
  stopping.push = Push::Killed;
  stopping.deadline = context.now + kKillGrace;
  enter(stopping);
  return {{Do::KillTree, stopping.run}};
}

Actions InstanceMachine::rest(StoppedWhy why) {
  enter(Stopped{why});
  return {{Do::AnnounceStopped, {}}};
}

Actions InstanceMachine::finish_stop(const Context& context) {
  const Stopping stopping = in<Stopping>();
  Actions actions;
  if (goal_ == Goal::Up && is_judged_like_a_crash(stopping.cause)) {
    const RunEnd end{.cause = end_cause(stopping.cause),
                     .up = stopping.since - stopping.started,
                     .at = context.now,
                     .excused = !context.dependencies_met};
    return judge(context, stopping.run, end, false);
  }
  actions.add({Do::Release, stopping.run});
  actions.add(goal_ == Goal::Up ? begin(context, start_cause(stopping.cause))
                                : rest(stopped_why(stopping.cause)));
  return actions;
}

Actions InstanceMachine::judge(const Context& context, RunId run, const RunEnd& end,
                               bool left_processes) {
  Decision decision =
      decide_restart(context.restart, std::move(ledger_), end, context.jitter.next());
  ledger_ = std::move(decision.ledger);
  const RunId leftovers = left_processes ? run : RunId{};
  Actions actions;
  if (!leftovers) actions.add({Do::Release, run});
  switch (decision.verdict) {
    case Verdict::Exited:
      enter(Exited{decision.by,
                   end.cause == EndCause::Exited && is_success(context.restart, end.status),
                   leftovers, context.now});
      return actions;
    case Verdict::Failed: {
      std::optional<MonoTime> retry_at;
      if (context.restart.retry_after) retry_at = later(context.now, *context.restart.retry_after);
      enter(Failed{decision.by, leftovers, context.now, retry_at});
      actions.add({Do::AnnounceFailed, {}});
      return actions;
    }
    case Verdict::RestartNow:
    case Verdict::Backoff:
      break;
  }
  const NextStart next{start_cause(decision.by), context.now, later(context.now, decision.delay),
                       decision.nominal};
  actions.add(leftovers ? clear(context, leftovers, next) : follow(context, next));
  if (leftovers && next.at > context.now) actions.add({Do::AnnounceBackoff, {}});
  return actions;
}

// Nothing is in the way of the next start but time.
Actions InstanceMachine::follow(const Context& context, const NextStart& next) {
  if (next.at <= context.now) return begin(context, next.cause);
  enter(Backoff{next});
  return {{Do::AnnounceBackoff, {}}};
}

}  // namespace mainstay::policy
