// A service object (INTERFACES "API") as ctl shows it. Every text is one line, safe for a terminal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "base/units.h"
#include "ctl/terminal.h"
#include "mainstay/states.h"

namespace mainstay::ctl {

struct LastExitView {
  std::optional<WallTime> at;
  std::optional<std::int64_t> code;
  std::string signal;  // "SEGV"; empty: it did not die by a signal
  std::string reason;  // "exited", "stopped", "start failed", …
  std::optional<Duration> run_time;
  std::string start_failure;  // why it never became the program: "cannot run 'pyhton3': …"
  std::string note;           // what made the supervisor end it: "tcp 8000: 3 of 3 failed: …"

  // It ended by itself with code 0.
  bool succeeded() const { return code == 0 && signal.empty(); }
};

// A log that cannot be written just now.
struct LogTroubleView {
  std::string file;
  std::string reason;  // "no space left on device"
  std::optional<WallTime> since;
  bool dropping = false;  // its output is thrown away, else it waits
};

struct ServiceView {
  std::string name;                  // of the instance, as shown
  std::string service;               // as declared
  std::string state;                 // as sent, for showing
  std::optional<PublicState> known;  // nothing: a state that this ctl does not know
  std::string health;
  bool ready = false;
  bool enabled = true;     // comes up by itself
  bool held_down = false;  // but not now: stopped by hand
  std::optional<std::int64_t> pid;
  std::optional<Duration> uptime;
  std::int64_t restarts = 0;
  std::int64_t unstable_runs = 0;
  std::optional<std::int64_t> max_restarts;
  std::optional<double> cpu_percent;
  std::optional<Bytes> memory;
  std::vector<std::string> ports;
  std::optional<LastExitView> last_exit;
  std::optional<Duration> next_start_in;
  std::optional<Duration> kill_in;
  std::string reason;
  std::optional<LogTroubleView> log_trouble;
  std::int64_t log_dropped_bytes = 0;
  std::int64_t log_dropped_lines = 0;

  bool is(PublicState state_) const { return known == state_; }
  // Running, ready as far as it says so, and not unhealthy.
  bool is_up() const;
  // It has done what it was declared to do: ended with code 0 and is not to be restarted.
  bool is_done() const;
};

ServiceView view_of(const Json& service);
std::vector<ServiceView> views_of(const std::vector<Json>& services);

Tone tone_of(const ServiceView& service);

// "log backend.out.log cannot be written since 10:03:12: no space left on device; its output
// waits"
std::string log_trouble_text(const LogTroubleView& trouble);

// "running since 14:02:11", "backoff: start in 4 s": a reason that begins with the state says it
// once.
std::string state_and_why(const std::string& state, const std::string& reason);

// "code 1", "signal SEGV", "start failed"; for tables.
std::string short_exit(const LastExitView& exit);
// "0.2 s", "13m 32s": how long a run was.
std::string run_text(Duration run);
// "start in 4.2 s (5 of 16)", "KILL in 6 s"; empty: nothing is planned.
std::string next_step(const ServiceView& service);

}  // namespace mainstay::ctl
