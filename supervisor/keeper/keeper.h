// The keeper's loop: waits for signals, for the controller and for its own deadlines, and acts on
// them.
#pragma once

#include <cstdint>

#include "keeper/controller_process.h"
#include "keeper/foreign.h"
#include "keeper/link.h"
#include "keeper/reaper.h"
#include "keeper/service_manager.h"
#include "keeper/table.h"
#include "keeper/upgrade.h"

namespace mainstay::keeper {

// Ourselves, as a program.
struct Program {
  const char* path = nullptr;
  char** arguments = nullptr;
  Passed passed;
};

class Keeper {
 public:
  // `signal_fd` is a signalfd of every signal in keeper_signals(). `hangup_stops`: HUP means what
  // TERM does (we were started on a terminal); else it is a reload.
  Keeper(Table& table, ControllerCommand& command, const Program& program,
         const Inheritance& inherited, const ServiceManager& manager, int signal_fd,
         bool hangup_stops);

  // Until everything is over; returns the code to exit with.
  int run();

 private:
  // For the first controller.
  void hold_left();
  void wait(std::int64_t now);
  std::int64_t next_deadline() const;
  void act_on_deadlines(std::int64_t now);
  void check_liveness(std::int64_t now);
  void start_controller(std::int64_t now);
  void read_signals(std::int64_t now);
  void on_terminate(int signal, std::int64_t now);
  void on_reload(std::int64_t now);
  // Tells the service manager what has changed since the last time.
  void report(std::int64_t now);
  void reap(std::int64_t now);
  void on_controller_end(int status, std::int64_t now);
  // Not while it hands over: the new programs are the better way out.
  bool drains() const { return controller_.crash_loop().drains() && !link_.wishes().paused; }
  bool reaps_all() const { return !link_.wishes().paused && !awaits_takeover_; }
  // The controller that was handed what there is has taken it.
  void on_takeover(std::int64_t now);
  void upgrade();
  // The new programs did not come to work: back to the old ones.
  void fall_back();
  // Ends everything below us and then the loop.
  void finish(int code);

  Table& table_;
  const Inheritance& inherited_;
  ControllerProcess controller_;
  Reaper reaper_;
  ForeignRuns foreign_;
  ServiceManager manager_;
  Link link_;
  Program program_;
  // Until then nothing is reaped: its controller does not know its runs yet.
  bool awaits_takeover_ = false;
  std::int64_t trial_deadline_ = 0;  // 0: the programs need not prove themselves
  int signal_fd_;
  bool hangup_stops_;
  bool over_ = false;
  bool said_ready_ = false;
  int exit_code_ = 0;
  std::uint32_t terminations_ = 0;
  std::int64_t stop_deadline_ = 0;    // 0: none
  std::int64_t finish_deadline_ = 0;  // 0: the controller has not said Finish
};

// Blocks everything that the keeper reads from a signalfd and returns that, or -1.
int open_signals();

}  // namespace mainstay::keeper
