// Machines in every state, for the tests of policy.
#pragma once

#include <string>
#include <vector>

#include "policy/instance_machine.h"
#include "policy/public_status.h"

namespace mainstay::policy::testing {

using namespace std::chrono_literals;

inline constexpr MonoTime kNow{1000s};
inline constexpr RunId kRun{7};
inline constexpr RunId kFresh{8};

struct Sample {
  std::string name;
  Goal goal;
  InstanceState state;
};

// Each state that can be, with each goal that it can have.
inline std::vector<Sample> samples() {
  const NextStart later_on{StartCause::UnstableExit, kNow - 1s, kNow + 3s, 4s};
  const Stopping asked{kRun,        77,        kNow - 60s, StopCause::Requested,
                       Push::Asked, kNow - 4s, kNow + 6s};
  const Running up{kRun, 77, kNow - 5s, StartCause::Manual, {}, {}, Health::None};
  Stopping restarting = asked;
  restarting.cause = StopCause::MaxAge;
  Stopping unhealthy = asked;
  unhealthy.cause = StopCause::Unhealthy;
  Stopping headless = asked;
  headless.pid = 0;
  Stopping killed = asked;
  killed.push = Push::Killed;
  Stopping unkillable = asked;
  unkillable.push = Push::Unkillable;
  unkillable.deadline = kNow - 4s;
  const Clearing clearing{kRun, Push::Killed, kNow - 1s, kNow + 9s, later_on, {}};
  Clearing stuck = clearing;
  stuck.push = Push::Unkillable;
  stuck.deadline = kNow - 4s;
  return {
      {"Stopped", Goal::Down, Stopped{StoppedWhy::Requested}},
      {"Waiting (asked for)", Goal::Up, Waiting{StartCause::Manual, kNow - 1s}},
      {"Waiting (automatic)", Goal::Up, Waiting{StartCause::UnstableExit, kNow - 1s}},
      {"Queued", Goal::Up, Queued{StartCause::UnstableExit, kNow - 1s}},
      {"Starting", Goal::Up, Starting{kRun, StartCause::Manual, kNow - 1s, {}}},
      {"Starting", Goal::Down, Starting{kRun, StartCause::Manual, kNow - 1s, {}}},
      {"Running", Goal::Up, up},
      {"Running", Goal::Down, up},
      {"Stopping (asked)", Goal::Down, asked},
      {"Stopping (asked, planned restart)", Goal::Up, restarting},
      {"Stopping (asked, unhealthy)", Goal::Up, unhealthy},
      {"Stopping (asked, main process gone)", Goal::Down, headless},
      {"Stopping (asked, main process gone)", Goal::Up, headless},
      {"Stopping (killed)", Goal::Down, killed},
      {"Stopping (killed)", Goal::Up, killed},
      {"Stopping (unkillable)", Goal::Down, unkillable},
      {"Stopping (unkillable)", Goal::Up, unkillable},
      {"Backoff", Goal::Up, Backoff{later_on}},
      {"Clearing (killed)", Goal::Up, clearing},
      {"Clearing (killed)", Goal::Down, clearing},
      {"Clearing (unkillable)", Goal::Up, stuck},
      {"Exited", Goal::Up, Exited{DecidedBy::PolicyNever, false, {}, kNow - 9s}},
      {"Exited (leftovers)", Goal::Up, Exited{DecidedBy::StopCode, false, kRun, kNow - 9s}},
      {"GettingReady", Goal::Up, GettingReady{up, kNow + 55s}},
      {"GettingReady", Goal::Down, GettingReady{up, kNow + 55s}},
      {"Failed", Goal::Up, Failed{DecidedBy::MaxRestarts, {}, kNow - 9s, {}}},
      {"Failed (leftovers)", Goal::Up, Failed{DecidedBy::Window, kRun, kNow - 9s, kNow + 51s}},
  };
}

}  // namespace mainstay::policy::testing
