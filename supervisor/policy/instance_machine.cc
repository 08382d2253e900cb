#include "policy/instance_machine.h"

#include <algorithm>
#include <utility>

namespace mainstay::policy {

namespace {

using Do = Action::Kind;

NextStart at_once(const Context& context, StartCause cause) {
  return {cause, context.now, context.now, Duration{0}};
}

}  // namespace

InstanceMachine::InstanceMachine(Goal goal, InstanceState state, Ledger ledger)
    : goal_(goal), state_(std::move(state)), ledger_(std::move(ledger)) {}

void InstanceMachine::enter(InstanceState next) {
  state_ = std::move(next);
}

RunId InstanceMachine::run() const {
  switch (kind()) {
    case StateKind::Starting:
      return in<Starting>().run;
    case StateKind::Running:
      return in<Running>().run;
    case StateKind::Stopping:
      return in<Stopping>().run;
    case StateKind::Clearing:
      return in<Clearing>().run;
    case StateKind::Exited:
      return in<Exited>().leftovers;
    case StateKind::Failed:
      return in<Failed>().leftovers;
    case StateKind::GettingReady:
      return in<GettingReady>().up.run;
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Backoff:
      return {};
  }
  return {};
}

const Running* InstanceMachine::up() const {
  const auto* getting_ready = as<GettingReady>();
  return getting_ready != nullptr ? &getting_ready->up : as<Running>();
}

// --- wishes ---

Actions InstanceMachine::start(const Context& context, StartCause cause) {
  goal_ = Goal::Up;
  ledger_.forgive();
  switch (kind()) {
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Backoff:
      return begin(context, cause);
    case StateKind::Clearing: {
      Clearing clearing = in<Clearing>();
      clearing.next = at_once(context, cause);
      enter(clearing);
      return {};
    }
    case StateKind::Exited:
    case StateKind::Failed:
      if (const RunId leftovers = run()) return clear(context, leftovers, at_once(context, cause));
      return begin(context, cause);
    case StateKind::Stopping: {  // the next run begins when this one has ended
      Stopping stopping = in<Stopping>();
      if (is_judged_like_a_crash(stopping.cause)) stopping.cause = StopCause::ManualRestart;
      enter(stopping);
      return {};
    }
    case StateKind::Starting:
    case StateKind::Running:
    case StateKind::GettingReady:
      return {};
  }
  return {};
}

Actions InstanceMachine::stop(const Context& context, StopCause cause) {
  goal_ = Goal::Down;
  switch (kind()) {
    case StateKind::Stopped:
      enter(Stopped{stopped_why(cause)});
      return {};
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Backoff:
      return rest(stopped_why(cause));
    case StateKind::Exited:
    case StateKind::Failed:
      if (const RunId leftovers = run()) return end_leftovers(context, leftovers, cause);
      return rest(stopped_why(cause));
    case StateKind::Running:
    case StateKind::GettingReady:
      return begin_stop(context, cause);
    case StateKind::Stopping: {
      Stopping stopping = in<Stopping>();
      stopping.cause = cause;
      enter(stopping);
      return {};
    }
    case StateKind::Starting: {  // stopped as soon as it is there
      Starting starting = in<Starting>();
      starting.ending = cause;
      enter(starting);
      return {};
    }
    case StateKind::Clearing: {  // KILL is on its way already
      Clearing clearing = in<Clearing>();
      clearing.ending = cause;
      enter(clearing);
      return {};
    }
  }
  return {};
}

Actions InstanceMachine::doom(const Context& context, StopCause cause) {
  switch (kind()) {
    case StateKind::Running: {
      goal_ = Goal::Down;
      Running running = in<Running>();
      running.ending = cause;
      enter(running);
      return {};
    }
    case StateKind::GettingReady: {
      goal_ = Goal::Down;
      GettingReady getting_ready = in<GettingReady>();
      getting_ready.up.ending = cause;
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
      return stop(context, cause);
  }
  return {};
}

Actions InstanceMachine::kill(const Context& context) {
  goal_ = Goal::Down;
  switch (kind()) {
    case StateKind::Running:
    case StateKind::GettingReady: {
      const Running& running = *up();
      return kill_now(context, {.run = running.run,
                                .pid = running.pid,
                                .started = running.started,
                                .cause = StopCause::Shutdown,
                                .since = context.now});
    }
    case StateKind::Stopping:
      if (in<Stopping>().push != Push::Asked) return {};
      return kill_now(context, in<Stopping>());
    case StateKind::Exited:
    case StateKind::Failed: {
      const RunId leftovers = run();
      if (!leftovers) return rest(StoppedWhy::Shutdown);
      Actions actions = kill_now(context, {.run = leftovers,
                                           .started = context.now,
                                           .cause = StopCause::Shutdown,
                                           .since = context.now});
      actions.add({Do::AwaitTreeEmpty, leftovers});
      return actions;
    }
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Starting:
    case StateKind::Backoff:
    case StateKind::Clearing:
      return stop(context, StopCause::Shutdown);
  }
  return {};
}

Actions InstanceMachine::restart(const Context& context, StopCause cause) {
  const bool manual = cause == StopCause::ManualRestart;
  switch (kind()) {
    case StateKind::Running:
    case StateKind::GettingReady:
      if (!manual && goal_ == Goal::Down) return {};
      goal_ = Goal::Up;
      if (manual) ledger_.forgive();
      return begin_stop(context, cause);
    case StateKind::Stopping: {
      if (!manual) return {};
      goal_ = Goal::Up;
      ledger_.forgive();
      Stopping stopping = in<Stopping>();
      stopping.cause = cause;
      enter(stopping);
      return {};
    }
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Starting:
    case StateKind::Backoff:
    case StateKind::Clearing:
    case StateKind::Exited:
    case StateKind::Failed:
      return manual ? start(context, StartCause::ManualRestart) : Actions{};
  }
  return {};
}

Actions InstanceMachine::reset(const Context& context) {
  ledger_.forgive();
  ledger_.restarts = 0;
  switch (kind()) {
    case StateKind::Failed:
      goal_ = Goal::Down;
      if (const RunId leftovers = run())
        return end_leftovers(context, leftovers, StopCause::Requested);
      return rest(StoppedWhy::Reset);
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Starting:
    case StateKind::Running:
    case StateKind::GettingReady:
    case StateKind::Stopping:
    case StateKind::Backoff:
    case StateKind::Clearing:
    case StateKind::Exited:
      return {};
  }
  return {};
}

}  // namespace mainstay::policy
