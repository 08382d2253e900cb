// How a run ends, in the words that policy and runtime share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/service_spec.h"

namespace mainstay::policy {

// How a process ended (wait(2)). Unknown only when nobody could tell: never taken for code 0.
struct ExitStatus {
  enum class Kind : std::uint8_t { Code, Signal, Unknown };
  Kind kind = Kind::Unknown;
  int number = 0;  // the code or the signal
  bool core_dumped = false;
  bool operator==(const ExitStatus&) const = default;
};

// Why nothing was started, or why what was started never became the program.
enum class StartFailureKind : std::uint8_t {
  Resource,  // EAGAIN, ENOMEM, EMFILE, ENFILE: tried again with backoff, not counted against the
             // service
  Program,   // no such program, no such user, cwd missing, …: an unstable run
};

// LastExit::cause of a run that never became the program.
inline constexpr std::string_view kStartFailed = "start failed";

// How the last run of an instance ended.
struct LastExit {
  WallTime at;
  ExitStatus status;
  std::string cause;  // "exited", "stopped", "killed", "start failed", "planned restart", …
  Duration run_time{0};
  std::string start_failure;  // the message, when the run never became the program
  std::string note{};         // what made us end it: "tcp 8000: 3 of 3 failed: connection refused"
};

// Whether `status` is a code in restart.success_codes. A signal or an unknown end never is.
bool is_success(const model::RestartPolicy& policy, const ExitStatus& status);

// "code 2", "signal 11 (SEGV)", "signal 6 (ABRT), core dumped", "an unknown status".
std::string describe(const ExitStatus& status);

// What the supervisor ends with when an essential service ended like this: its code, 128 + signal,
// or 1 when that says nothing (code 0, unknown).
int failure_code(const ExitStatus& status);

}  // namespace mainstay::policy
