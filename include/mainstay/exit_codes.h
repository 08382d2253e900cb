// Exit codes of the programs (a contract: INTERFACES "Programs" and "ctl").
#pragma once

namespace mainstay {

// What `supervisor` ends with. When an essential service fails for good, its own code is used
// instead.
enum class SupervisorExit : int {
  AskedToStop = 0,
  CannotStart = 1,
  BadUsageOrConfig = 2,
};

// What `ctl` ends with, for every verb.
enum class CtlExit : int {
  Done = 0,
  Failed = 1,
  Usage = 2,
  NotRunning = 3,  // something that was asked for is not running or not healthy
  NoSuchTarget = 4,
  Unreachable = 5,  // no supervisor answers
  Denied = 6,
  TimedOut = 7,
};

}  // namespace mainstay
