// The controller as a process: started, started again with growing pauses when it dies, ended when
// it hangs.
#pragma once

#include <cstdint>

#include "keeper/child.h"
#include "keeper/crash_loop.h"

namespace mainstay::keeper {

// What every controller is started with; prepared once.
struct ControllerCommand {
  const char* path = nullptr;
  char** arguments = nullptr;  // null-terminated; arguments[fd_argument] is filled in at each start
  char* fd_argument = nullptr;     // room for "--keeper-fd=2147483647"
  char** mode_argument = nullptr;  // its place behind that, where a controller in a crash loop is
                                   // told so
  char** environment = nullptr;    // for all but the first
  char** first_environment = nullptr;
  int ready_fd = -1;    // given to the first one only
  int program_fd = -1;  // what to run instead of `path`, which has been replaced
  CrashPace pace;
};

inline constexpr std::size_t kFdArgumentBytes = 24;

class ControllerProcess {
 public:
  ControllerProcess(ControllerCommand& command, const Inheritance& inherited)
      : command_(command), inherited_(inherited), crash_loop_(command.pace) {}

  // 0: none runs.
  int pid() const { return pid_; }
  std::uint32_t generation() const { return generation_; }
  const CrashLoop& crash_loop() const { return crash_loop_; }
  // When the next one is to be started, in ns of CLOCK_MONOTONIC; meaningful while none runs.
  std::int64_t start_at() const { return start_at_; }
  void hurry() { start_at_ = 0; }

  // Starts one; `socket` gets our end of its socket. False when that was not possible: start_at()
  // tells when to try again.
  bool start(std::int64_t now, int& socket);
  // It was reaped, as was to be expected.
  void ended() { pid_ = 0; }
  // It was reaped, with this wait status: says so, and plans the next one.
  void crashed(int status, std::int64_t now);
  // Drain mode ends: the one that drains is killed, and a whole one is started at once.
  void end_drain();
  // Whether the one that was reaped had to make room; asked once.
  bool take_retired();
  // ABRT for one that hangs (it may be stopped), at a second call KILL. False when a debugger holds
  // it.
  bool end_hung();

 private:
  void say_crash(int status, std::int64_t now) const;
  void set_mode_argument(std::int64_t now) const;
  [[noreturn]] void become_controller(int socket);

  ControllerCommand& command_;
  const Inheritance& inherited_;
  int pid_ = 0;
  std::uint32_t generation_ = 0;
  CrashLoop crash_loop_;
  std::int64_t start_at_ = 0;
  std::int64_t started_at_ = 0;
  bool aborted_ = false;
  bool retired_ = false;
};

}  // namespace mainstay::keeper
