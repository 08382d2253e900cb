// Requests that are answered when what they asked for has happened: start, stop, restart, scale,
// shutdown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "control/call.h"
#include "control/context.h"
#include "runtime/controller.h"

namespace mainstay::control {

// What an instance must come to before nothing is waited for any more (progress messages only: the
// runtime alone decides when a request is finished).
enum class WaitGoal : std::uint8_t { Up, Down, NewRun };

class Waits {
 public:
  Waits(Parts& parts, Duration progress_every);

  // With `progress` the client gets {"waiting":[…]} every `progress_every` until the answer.
  void add(const Call& call, runtime::RequestId request, WaitGoal goal,
           std::vector<InstanceId> targets, bool progress);
  // A scale: who is waited for is whoever the service has when the progress is told.
  void add_scale(const Call& call, runtime::RequestId request, std::string service, bool progress);
  // Answered when the controller has finished.
  void add_shutdown(const Call& call, bool progress);

  void after_settle();
  std::vector<UniqueFd> farewell_descriptors() const;
  std::size_t size() const { return waits_.size(); }

 private:
  struct Target {
    InstanceId id;
    RunId run_before;
  };
  struct Wait {
    Call call;
    std::optional<runtime::RequestId> request;  // nothing: a shutdown
    WaitGoal goal = WaitGoal::Up;
    std::vector<Target> targets;
    std::string service;  // of a scale, instead of targets
    bool progress = false;
  };

  bool is_over(Wait& wait);
  void tick();
  void arm();
  std::vector<Target> present_targets(const Wait& wait) const;
  std::string waiting_text(const Wait& wait, const Now& now) const;

  Parts& parts_;
  Duration progress_every_;
  std::vector<Wait> waits_;
  std::vector<Call> shutdowns_;  // answered or not: their connections outlive the answer
  io::Timer timer_;              // runs only while somebody wants progress
  bool timer_runs_ = false;
};

}  // namespace mainstay::control
