// Does what the runtime decides, on real processes: composes spawn requests, has the keeper start
// them, connects their output and trees, and tells what happened.
//
// Life of a controller: construct; the keeper client replays what it holds; on all-there, take
// held_runs(), restore the runtime, then adopt() each run it knows and discard() the others; then
// go on. Loop thread only. Events are handed to the `post` function from the loop, never from
// inside a call.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "io/loop.h"
#include "process/handover.h"
#include "process/keeper_client.h"
#include "process/limits.h"
#include "process/output_sink.h"
#include "process/spawn_request.h"
#include "process/state_file.h"
#include "process/tree.h"
#include "runtime/ports.h"

namespace mainstay::process {

// What a former controller left running, as the keeper told.
struct HeldRunInfo {
  RunId run;
  std::string canonical_name;
  int pid = 0;
  MonoTime spawned;
  bool exited = false;
};

class AuxiliaryRuns;
class Preparer;

class ProcessRunner final : public runtime::Runner, public KeeperRuns {
 public:
  // `own_environment` and `self` are those of this process. `post` and `notice` must only enqueue;
  // the latter is told what no event says: that a stop command could not be started.
  ProcessRunner(io::Loop& loop, KeeperClient& keeper, ProcessTrees& trees, ResourceLimits& limits,
                OutputSink& output, EnvironmentMap own_environment, User self,
                std::function<void(runtime::RunnerEvent)> post,
                std::function<void(const std::string&)> notice = {});
  ~ProcessRunner() override;

  // --- takeover ---
  // Every run that came before on_all_there and was neither adopted nor discarded.
  std::vector<HeldRunInfo> held_runs() const;
  // One more of them, which an earlier supervisor left: the keeper is told to hold it, unless it
  // has ended.
  void hold(HandedRun run);
  // The other way round, for the next supervisor: every live run, and every one that has ended and
  // is not done with or has pipes that somebody still holds. Nothing may be done with the runner
  // afterwards.
  std::vector<HandedRun> hand_over();
  // Live runs, for the next supervisor to find should this one die with its keeper. Their start
  // times are left out.
  std::vector<SavedRun> live_runs() const;
  // The run belongs to this instance: its output is captured again, its tree is known, and what
  // happened to it meanwhile is posted (Exited, or StartFailed when its program never ran). Nothing
  // is posted for a run that simply goes on, Spawned included.
  void adopt(const runtime::StartRequest& request);
  // A run of this instance that the runtime has done with, but whose output somebody may still
  // hold: it is captured on to its end.
  void linger(const runtime::StartRequest& request);
  // Nobody knows the run: its tree is killed, its output dropped, the keeper forgets it.
  void discard(RunId run);

  // The last pipe of a run has come to its end: the keeper's duplicates may go.
  void output_ended(RunId run);

  // For those who run something beside the services: checks.
  AuxiliaryRuns& auxiliary();
  Preparer& preparer();

  // --- runtime::Runner ---
  void start(const runtime::StartRequest& request) override;
  void signal_tree(RunId run, int number) override;
  void signal_main(RunId run, int number) override;
  void run_stop_command(const runtime::StartRequest& request) override;
  void kill_tree(RunId run) override;
  void await_tree_empty(RunId run) override;
  void release(RunId run) override;

  // --- KeeperRuns ---
  void on_run(KeeperRun run) override;
  void on_refused(const KeeperRefusal& refusal) override;
  void on_exit(const KeeperExit& exit) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mainstay::process
