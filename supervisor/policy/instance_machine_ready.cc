// The events of InstanceMachine that tell how a run that is up is doing.
#include <algorithm>

#include "policy/instance_machine.h"

namespace mainstay::policy {

namespace {

using Do = Action::Kind;

// What was asked for, but no less than there is and not more than anybody gets.
MonoTime extended(MonoTime deadline, MonoTime since, MonoTime now, Duration time) {
  const MonoTime most = std::max(deadline, later(since, kMostExtension));
  return std::clamp(later(now, time), deadline, most);
}

}  // namespace

Actions InstanceMachine::became_ready() {
  switch (kind()) {
    case StateKind::GettingReady: {
      const Running up = in<GettingReady>().up;
      enter(up);
      return {{Do::AnnounceReady, up.run}};
    }
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Starting:
    case StateKind::Running:
    case StateKind::Stopping:
    case StateKind::Backoff:
    case StateKind::Clearing:
    case StateKind::Exited:
    case StateKind::Failed:
      return {};
  }
  return {};
}

Actions InstanceMachine::health_changed(Health health) {
  switch (kind()) {
    case StateKind::Running: {
      Running running = in<Running>();
      running.health = health;
      enter(running);
      return {};
    }
    case StateKind::GettingReady: {
      GettingReady getting_ready = in<GettingReady>();
      getting_ready.up.health = health;
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

Actions InstanceMachine::extend(const Context& context, Duration time) {
  switch (kind()) {
    case StateKind::GettingReady: {
      GettingReady getting_ready = in<GettingReady>();
      if (!getting_ready.ready_by) return {};
      getting_ready.ready_by =
          extended(*getting_ready.ready_by, getting_ready.up.started, context.now, time);
      enter(getting_ready);
      return {};
    }
    case StateKind::Stopping: {
      Stopping stopping = in<Stopping>();
      if (stopping.push != Push::Asked) return {};
      stopping.deadline = extended(stopping.deadline, stopping.since, context.now, time);
      enter(stopping);
      return {};
    }
    case StateKind::Stopped:
    case StateKind::Waiting:
    case StateKind::Queued:
    case StateKind::Starting:
    case StateKind::Running:
    case StateKind::Backoff:
    case StateKind::Clearing:
    case StateKind::Exited:
    case StateKind::Failed:
      return {};
  }
  return {};
}

}  // namespace mainstay::policy
