// The analyses that clients have asked for: one at a time, the others wait their turn.
#pragma once

#include <deque>
#include <memory>

#include "control/analysis_run.h"
#include "control/context.h"

namespace mainstay::control {

class Analyses {
 public:
  explicit Analyses(Parts& parts) : parts_(parts), self_(std::make_shared<Analyses*>(this)) {}

  // Answers the call when it is done. With progress it is sent {"service","services_done",
  // "services","bytes_done","bytes"} now and then, or {"queued":n} while n others come first.
  void add(std::shared_ptr<AnalysisRun> run);

 private:
  void next();
  void go_on();
  void on_slice();
  void count_restarts();
  void look_at_usage();
  void tell_progress();
  void finish();

  Parts& parts_;
  std::shared_ptr<Analyses*> self_;  // whoever comes back from a worker asks whether it is there
  std::deque<std::shared_ptr<AnalysisRun>> queue_;
  std::shared_ptr<AnalysisRun> running_;
  MonoTime told_at_;
};

}  // namespace mainstay::control
