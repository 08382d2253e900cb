// The events of InstanceMachine on the way to a start.
#include "policy/instance_machine.h"

namespace mainstay::policy {

namespace {

using Do = Action::Kind;

// Of two ends of which one can be the other's cause, on a machine with much to do.
constexpr Duration kJustBefore = std::chrono::milliseconds{500};

}  // namespace

Actions InstanceMachine::dependencies_met(const Context& context, RunId fresh) {
  switch (kind()) {
    case StateKind::Waiting: {
      const StartCause cause = in<Waiting>().cause;
      if (!is_automatic(cause)) return begin_run(context, fresh, cause);
      enter(Queued{cause, context.now});
      return {{Do::JoinBrake, {}}};
    }
    case StateKind::Stopped:
    case StateKind::Queued:
    case StateKind::Starting:
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

Actions InstanceMachine::dependencies_lost(const Context& context) {
  switch (kind()) {
    case StateKind::Queued:
      enter(Waiting{in<Queued>().cause, context.now});
      return {};
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Starting:
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

Actions InstanceMachine::dependency_ended(const Context& context) {
  const auto* backoff = as<Backoff>();
  const auto* clearing = as<Clearing>();
  if (goal_ != Goal::Up || (backoff == nullptr && clearing == nullptr)) return {};
  NextStart next = backoff != nullptr ? backoff->next : clearing->next;
  if (next.cause != StartCause::UnstableExit || context.now - next.decided > kJustBefore) return {};
  ledger_.excuse_newest();
  if (backoff != nullptr) return begin(context, StartCause::DependencyBack);
  Clearing excused = *clearing;
  excused.next = {StartCause::DependencyBack, context.now, context.now, Duration{0}};
  enter(excused);
  return {};
}

Actions InstanceMachine::admitted(const Context& context, RunId fresh) {
  switch (kind()) {
    case StateKind::Queued:
      return begin_run(context, fresh, in<Queued>().cause);
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Starting:
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

}  // namespace mainstay::policy
