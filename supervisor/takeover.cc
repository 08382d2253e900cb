#include "takeover.h"

#include <span>

#include "io/clock.h"

namespace mainstay {

namespace {

using HeldRun = runtime::Controller::HeldRun;

void leave_behind(const runtime::Controller& controller, process::ProcessRunner& runner,
                  const HeldRun& run) {
  const auto instances = controller.resolve(std::span{&run.canonical_name, 1});
  if (run.exited && instances && instances->size() == 1) {
    runner.linger(controller.start_request(instances->front(), run.run));
  } else {
    runner.discard(run.run);
  }
}

}  // namespace

void take_over(runtime::Controller& controller, process::ProcessRunner& runner,
               const std::vector<std::pair<std::uint32_t, std::string>>& records) {
  std::vector<HeldRun> held;
  for (const process::HeldRunInfo& run : runner.held_runs()) {
    held.push_back({run.run, run.canonical_name, run.pid, run.spawned, run.exited});
  }
  controller.restore(records, held, io::read_clocks());
  for (const HeldRun& run : held) {
    if (const auto instance = controller.instance_of(run.run)) {
      runner.adopt(controller.start_request(*instance, run.run));
    } else {
      leave_behind(controller, runner, run);
    }
  }
}

}  // namespace mainstay
