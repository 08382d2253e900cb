#include "takeover.h"

#include <fmt/format.h>

#include <csignal>
#include <set>
#include <span>

#include "base/text.h"
#include "io/clock.h"
#include "process/pidfd_linux.h"
#include "process/proc_linux.h"
#include "process/state_file.h"
#include "process/survivors_linux.h"

namespace mainstay {

namespace {

using HeldRun = runtime::Controller::HeldRun;

// Whether somebody may still print for it.
bool leave_behind(const runtime::Controller& controller, process::ProcessRunner& runner,
                  const HeldRun& run) {
  const auto instances = controller.resolve(std::span{&run.canonical_name, 1});
  if (!run.exited || !instances || instances->size() != 1) return false;
  runner.linger(controller.start_request(instances->front(), run.run));
  return true;
}

void restore(runtime::Controller& controller, process::ProcessRunner& runner,
             const std::vector<std::pair<std::uint32_t, std::string>>& records,
             bool only_to_watch) {
  std::vector<HeldRun> held;
  for (const process::HeldRunInfo& run : runner.held_runs()) {
    held.push_back({run.run, run.canonical_name, run.pid, run.spawned, run.exited});
  }
  if (only_to_watch) {
    controller.watch(records, held, io::read_clocks());
  } else {
    controller.restore(records, held, io::read_clocks());
  }
  for (const HeldRun& run : held) {
    if (const auto instance = controller.instance_of(run.run)) {
      runner.adopt(controller.start_request(*instance, run.run));
    } else if (!leave_behind(controller, runner, run) && !only_to_watch) {
      runner.discard(run.run);
    }
  }
}

// What a dead keeper had started and nobody had heard of yet is found among the processes.
void hold_unknown(process::ProcessRunner& runner, std::string_view cookie_root) {
  std::set<RunId> known;
  for (const process::HeldRunInfo& run : runner.held_runs())
    known.insert(run.run);
  auto found = process::find_survivors(process::Proc{}, cookie_root, {}, known);
  for (process::KeeperRun& run : found.runs)
    runner.hold({std::move(run), std::nullopt});
}

void recover(runtime::Controller& controller, process::ProcessRunner& runner,
             const process::SavedState& saved, std::string_view cookie_root,
             const std::function<void(const std::string&)>& notice) {
  const bool this_boot = saved.boot_id == process::current_boot_id();
  process::Survivors found;
  if (!this_boot || !saved.all_stopped) {
    const auto runs = this_boot ? std::span{saved.runs} : std::span<const process::SavedRun>{};
    found = process::find_survivors(process::Proc{}, cookie_root, runs);
  }
  if (!found.strays.empty()) {
    notice(fmt::format("ending {} left by services of an earlier supervisor",
                       count_of(found.strays.size(), "process")));
  }
  for (const UniqueFd& stray : found.strays)
    process::signal_pidfd(stray.get(), SIGKILL);
  if (found.runs.empty()) return controller.recall(saved.records, io::read_clocks());
  std::vector<std::string> names;
  for (process::KeeperRun& run : found.runs) {
    names.push_back(run.label);
    runner.hold({std::move(run), std::nullopt});
  }
  notice("services of an earlier supervisor go on: " + join_some(names, 10));
  restore(controller, runner, saved.records, false);
}

}  // namespace

void take_over(runtime::Controller& controller, process::ProcessRunner& runner,
               const Former& former, const std::function<void(const std::string&)>& notice) {
  if (former.handed_over) hold_unknown(runner, former.cookie_root);
  if (former.controller || former.handed_over) {
    controller.restore_checks(former.checks);
    return restore(controller, runner, former.records, former.only_to_watch);
  }
  process::SavedState saved = process::read_state_file(former.state_dir, notice);
  if (!former.left_records.empty()) saved.records = former.left_records;
  recover(controller, runner, saved, former.cookie_root, notice);
}

}  // namespace mainstay
