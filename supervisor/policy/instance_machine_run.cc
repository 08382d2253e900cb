// The events of InstanceMachine that tell what happened to a run, and those of time.
#include <algorithm>
#include <utility>

#include "policy/instance_machine.h"

namespace mainstay::policy {

namespace {

using Do = Action::Kind;

void keep_earlier(std::optional<MonoTime>& earliest, MonoTime at) {
  earliest = earliest ? std::min(*earliest, at) : at;
}

}  // namespace

// --- what happened to the run ---

Actions InstanceMachine::spawned(const Context& context, int pid, MonoTime at) {
  switch (kind()) {
    case StateKind::Starting: {
      const Starting starting = in<Starting>();
      ledger_.resource_failures = 0;
      ++ledger_.runs;
      const Running running{starting.run,        pid,          at,
                            starting.cause,      std::nullopt, starting.ending,
                            context.first_health};
      if (context.awaits_ready) {
        std::optional<MonoTime> ready_by;
        if (context.ready_timeout) ready_by = later(at, *context.ready_timeout);
        enter(GettingReady{running, ready_by});
      } else {
        enter(running);
      }
      Actions actions{{Do::AnnounceStarted, starting.run}};
      if (goal_ == Goal::Down) actions.add(begin_stop(context, starting.ending));
      return actions;
    }
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Running:
    case StateKind::GettingReady:
    case StateKind::Stopping:
    case StateKind::Backoff:
    case StateKind::Clearing:
    case StateKind::Exited:
    case StateKind::Failed:
      return {};
  }
  return {};
}

Actions InstanceMachine::start_failed(const Context& context, StartFailureKind failure) {
  const EndCause cause =
      failure == StartFailureKind::Resource ? EndCause::ResourceError : EndCause::StartFailed;
  switch (kind()) {
    case StateKind::Starting:
    case StateKind::GettingReady:
    case StateKind::Running:  // adopted before the news came that it never became the program
      return end_of_run(context, {.cause = cause, .at = context.now}, false);
    case StateKind::Stopping: {
      if (in<Stopping>().pid == 0) return {};  // told before
      Actions actions{{Do::AnnounceExited, run()}};
      actions.add(finish_stop(context));
      return actions;
    }
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Backoff:
    case StateKind::Clearing:
    case StateKind::Exited:
    case StateKind::Failed:
      return {};
  }
  return {};
}

Actions InstanceMachine::exited(const Context& context, const ExitStatus& status, MonoTime at,
                                bool leftovers) {
  switch (kind()) {
    case StateKind::Starting:
      return end_of_run(context, {.status = status, .at = at}, leftovers);
    case StateKind::Running:
    case StateKind::GettingReady:
      return end_of_run(context,
                        {.status = status,
                         .up = at - up()->started,
                         .at = at,
                         .ready = kind() == StateKind::Running,
                         .excused = !context.dependencies_met},
                        leftovers);
    case StateKind::Stopping: {
      Stopping stopping = in<Stopping>();
      if (stopping.pid == 0) return {};  // told before
      Actions actions{{Do::AnnounceExited, stopping.run}};
      if (leftovers) {
        stopping.pid = 0;
        enter(stopping);
        actions.add({Do::AwaitTreeEmpty, stopping.run});
      } else {
        actions.add(finish_stop(context));
      }
      return actions;
    }
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Backoff:
    case StateKind::Clearing:
    case StateKind::Exited:
    case StateKind::Failed:
      return {};
  }
  return {};
}

// A run that ended without us: judged, unless nothing more was wanted of it.
Actions InstanceMachine::end_of_run(const Context& context, const RunEnd& end,
                                    bool left_processes) {
  const RunId ended = run();
  const Running* running = up();
  const StopCause ending = running != nullptr ? running->ending : in<Starting>().ending;
  Actions actions{{Do::AnnounceExited, ended}};
  if (goal_ == Goal::Up) {
    actions.add(judge(context, ended, end, left_processes));
  } else if (left_processes) {
    actions.add(end_leftovers(context, ended, ending));
  } else {
    actions.add({Do::Release, ended});
    actions.add(rest(stopped_why(ending)));
  }
  return actions;
}

Actions InstanceMachine::tree_empty(const Context& context) {
  switch (kind()) {
    case StateKind::Stopping:
      return in<Stopping>().pid == 0 ? finish_stop(context) : Actions{};
    case StateKind::Clearing: {
      const Clearing cleared = in<Clearing>();
      Actions actions{{Do::Release, cleared.run}};
      if (goal_ == Goal::Down) {
        actions.add(rest(stopped_why(cleared.ending)));
      } else if (cleared.next.at <= context.now) {
        actions.add(begin(context, cleared.next.cause));
      } else {
        enter(Backoff{cleared.next});  // announced when it was decided
      }
      return actions;
    }
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Starting:
    case StateKind::Running:
    case StateKind::GettingReady:
    case StateKind::Backoff:
    case StateKind::Exited:
    case StateKind::Failed:
      return {};
  }
  return {};
}

// --- time ---

Actions InstanceMachine::schedule(std::optional<MonoTime> due) {
  switch (kind()) {
    case StateKind::Running: {
      Running running = in<Running>();
      running.scheduled = due;
      enter(running);
      return {};
    }
    case StateKind::GettingReady: {
      GettingReady getting_ready = in<GettingReady>();
      getting_ready.up.scheduled = due;
      enter(getting_ready);
      return {};
    }
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Starting:
    case StateKind::Stopping:
    case StateKind::Backoff:
    case StateKind::Clearing:
    case StateKind::Exited:
    case StateKind::Failed:
      return {};
  }
  return {};
}

std::optional<MonoTime> InstanceMachine::deadline(const model::RestartPolicy& restart) const {
  switch (kind()) {
    case StateKind::Running: {
      const Running& running = in<Running>();
      std::optional<MonoTime> earliest;
      if (ledger_.unstable_runs > 0)
        keep_earlier(earliest, later(running.started, restart.min_uptime));
      if (goal_ == Goal::Down) return earliest;
      if (restart.max_age) keep_earlier(earliest, later(running.started, *restart.max_age));
      if (running.scheduled) keep_earlier(earliest, *running.scheduled);
      return earliest;
    }
    case StateKind::Stopping:
      if (in<Stopping>().push == Push::Unkillable) return std::nullopt;
      return in<Stopping>().deadline;
    case StateKind::Clearing:
      if (in<Clearing>().push == Push::Unkillable) return std::nullopt;
      return in<Clearing>().deadline;
    case StateKind::Backoff:
      return in<Backoff>().next.at;
    case StateKind::Failed:
      return in<Failed>().retry_at;
    case StateKind::GettingReady:
      return goal_ == Goal::Up ? in<GettingReady>().ready_by : std::nullopt;
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Starting:
    case StateKind::Exited:
      return std::nullopt;
  }
  return std::nullopt;
}

Actions InstanceMachine::deadline_reached(const Context& context) {
  const auto due = deadline(context.restart);
  if (!due || *due > context.now) return {};
  switch (kind()) {
    case StateKind::Running:
      return running_deadline(context);
    case StateKind::Stopping:
    case StateKind::Clearing:
      return push_further(context);
    case StateKind::Backoff:
      return begin(context, in<Backoff>().next.cause);
    case StateKind::Failed:
      return start(context, StartCause::RetryAfter);
    case StateKind::GettingReady:
      return restart(context, StopCause::NotReady);
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Starting:
    case StateKind::Exited:
      return {};
  }
  return {};
}

Actions InstanceMachine::running_deadline(const Context& context) {
  const Running running = in<Running>();
  if (context.now - running.started >= context.restart.min_uptime) ledger_.unstable_runs = 0;
  if (goal_ == Goal::Down) return {};
  if (running.scheduled && *running.scheduled <= context.now) {
    return restart(context, StopCause::Schedule);
  }
  const auto& max_age = context.restart.max_age;
  if (max_age && context.now - running.started >= *max_age) {
    return restart(context, StopCause::MaxAge);
  }
  return {};
}

// Asked → killed → unkillable.
Actions InstanceMachine::push_further(const Context& context) {
  if (kind() == StateKind::Clearing) {
    Clearing clearing = in<Clearing>();
    clearing.push = Push::Unkillable;
    enter(clearing);
    return {};
  }
  Stopping stopping = in<Stopping>();
  if (stopping.push == Push::Asked) return kill_now(context, stopping);
  stopping.push = Push::Unkillable;
  enter(stopping);
  return {};
}

}  // namespace mainstay::policy
