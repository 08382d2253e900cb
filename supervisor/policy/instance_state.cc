#include "policy/instance_state.h"

namespace mainstay::policy {

bool is_automatic(StartCause cause) {
  switch (cause) {
    case StartCause::Autostart:
    case StartCause::Manual:
    case StartCause::Dependency:
    case StartCause::Scaled:
    case StartCause::ManualRestart:
      return false;
    case StartCause::StableExit:
    case StartCause::UnstableExit:
    case StartCause::ResourceError:
    case StartCause::RetryAfter:
    case StartCause::Schedule:
    case StartCause::MaxAge:
    case StartCause::RestartWith:
    case StartCause::DependencyBack:
      return true;
  }
  return true;
}

bool is_restart(StartCause cause) {
  switch (cause) {
    case StartCause::Autostart:
    case StartCause::Manual:
    case StartCause::Dependency:
    case StartCause::Scaled:
    case StartCause::ResourceError:
      return false;
    case StartCause::ManualRestart:
    case StartCause::StableExit:
    case StartCause::UnstableExit:
    case StartCause::RetryAfter:
    case StartCause::Schedule:
    case StartCause::MaxAge:
    case StartCause::RestartWith:
    case StartCause::DependencyBack:
      return true;
  }
  return true;
}

bool is_judged_like_a_crash(StopCause cause) {
  return cause == StopCause::Unhealthy || cause == StopCause::MemoryExceeded ||
         cause == StopCause::NotReady;
}

StartCause start_cause(StopCause cause) {
  switch (cause) {
    case StopCause::Requested:
    case StopCause::Shutdown:
    case StopCause::ScaledDown:
      return StartCause::Manual;
    case StopCause::ManualRestart:
      return StartCause::ManualRestart;
    case StopCause::Schedule:
      return StartCause::Schedule;
    case StopCause::MaxAge:
      return StartCause::MaxAge;
    case StopCause::RestartWith:
      return StartCause::RestartWith;
    case StopCause::Unhealthy:
    case StopCause::MemoryExceeded:
    case StopCause::NotReady:
      return StartCause::UnstableExit;
  }
  return StartCause::Manual;
}

StoppedWhy stopped_why(StopCause cause) {
  switch (cause) {
    case StopCause::Shutdown:
      return StoppedWhy::Shutdown;
    case StopCause::ScaledDown:
      return StoppedWhy::ScaledDown;
    case StopCause::Requested:
    case StopCause::ManualRestart:
    case StopCause::Schedule:
    case StopCause::MaxAge:
    case StopCause::RestartWith:
    case StopCause::Unhealthy:
    case StopCause::MemoryExceeded:
    case StopCause::NotReady:
      return StoppedWhy::Requested;
  }
  return StoppedWhy::Requested;
}

std::string_view to_string(Goal goal) {
  return goal == Goal::Up ? "up" : "down";
}

std::string_view to_string(StateKind kind) {
  switch (kind) {
    case StateKind::Stopped:
      return "Stopped";
    case StateKind::Waiting:
      return "Waiting";
    case StateKind::Queued:
      return "Queued";
    case StateKind::Starting:
      return "Starting";
    case StateKind::Running:
      return "Running";
    case StateKind::Stopping:
      return "Stopping";
    case StateKind::Backoff:
      return "Backoff";
    case StateKind::Clearing:
      return "Clearing";
    case StateKind::Exited:
      return "Exited";
    case StateKind::Failed:
      return "Failed";
    case StateKind::GettingReady:
      return "GettingReady";
  }
  return {};
}

std::string_view to_string(StartCause cause) {
  switch (cause) {
    case StartCause::Autostart:
      return "autostart";
    case StartCause::Manual:
      return "asked for";
    case StartCause::Dependency:
      return "needed by another";
    case StartCause::Scaled:
      return "scaled up";
    case StartCause::StableExit:
      return "restart after a stable run";
    case StartCause::UnstableExit:
      return "restart after an unstable run";
    case StartCause::ResourceError:
      return "retry after a resource error";
    case StartCause::RetryAfter:
      return "restart.retry_after";
    case StartCause::ManualRestart:
      return "restart asked for";
    case StartCause::Schedule:
      return "restart.at";
    case StartCause::MaxAge:
      return "restart.max_age";
    case StartCause::RestartWith:
      return "restart_with";
    case StartCause::DependencyBack:
      return "what it depends on is back";
  }
  return {};
}

std::string_view to_string(StopCause cause) {
  switch (cause) {
    case StopCause::Requested:
      return "stopped";
    case StopCause::Shutdown:
      return "shutdown";
    case StopCause::ScaledDown:
      return "scaled down";
    case StopCause::ManualRestart:
    case StopCause::Schedule:
    case StopCause::MaxAge:
    case StopCause::RestartWith:
      return "planned restart";
    case StopCause::Unhealthy:
      return "unhealthy";
    case StopCause::MemoryExceeded:
      return "memory limit";
    case StopCause::NotReady:
      return "not ready in time";
  }
  return {};
}

std::string_view to_string(DecidedBy by) {
  switch (by) {
    case DecidedBy::StopCode:
      return "restart.stop_codes";
    case DecidedBy::PolicyNever:
      return "restart.policy: never";
    case DecidedBy::Success:
      return "restart.policy: on-failure";
    case DecidedBy::Stable:
      return "stable run";
    case DecidedBy::Unstable:
      return "unstable run";
    case DecidedBy::ResourceError:
      return "resource error";
    case DecidedBy::MaxRestarts:
      return "restart.max_restarts";
    case DecidedBy::Window:
      return "restart.window";
    case DecidedBy::DependencyDown:
      return "what it depends on was down";
  }
  return {};
}

}  // namespace mainstay::policy
