// Inside the runner: what it knows of each run, and the steps of a run's life. Not for others.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "process/auxiliary.h"
#include "process/preparation.h"
#include "process/runner.h"

namespace mainstay::process {

// A run that this controller is responsible for.
struct OneRun {
  enum class Phase {
    Preparing,  // its secrets are read
    Asked,      // the keeper has the request
    Born,       // forked; the error pipe will tell whether it became the program
    Running,
    Failed,  // it never became the program; StartFailed was posted
    Ended,   // Exited was posted
  };

  RunId id;
  std::string instance;  // canonical name
  std::string log_file;
  model::LogSpec logs;
  AttemptedStart attempt;  // until it runs
  Phase phase = Phase::Preparing;
  bool announce = true;  // not for adopted ones
  bool foreign = false;  // the keeper did not start it
  bool kill_when_born = false;
  bool await_when_ended = false;
  std::optional<int> signal_when_running;
  int pid = 0;
  MonoTime spawned;
  std::optional<KeeperExit> exit;
  UniqueFd pidfd;
  UniqueFd error;
  OutputPipes pipes;           // until it runs
  std::uint64_t out_pipe = 0;  // their inodes
  std::uint64_t err_pipe = 0;
  std::unique_ptr<io::FdWatch> error_watch;

  bool is_yet_to_run() const {
    return phase == Phase::Preparing || phase == Phase::Asked || phase == Phase::Born;
  }
};

// A run that is done with, but for its pipes.
struct Lingering {
  std::string instance;
  std::uint64_t out_pipe = 0;
  std::uint64_t err_pipe = 0;
};

// What a former controller left, as it came, until it is adopted or discarded.
struct Held {
  KeeperRun run;
  std::optional<KeeperExit> exit;
};

// The log's base name. Stable when the service is scaled by hand: the declaration decides.
std::string log_name(const runtime::StartRequest& start);

// The inode of a pipe; 0 for no descriptor.
std::uint64_t inode_of(const UniqueFd& fd);

// The read ends of a run's pipes, as the output sink wants them.
OutputPipes take_pipes(KeeperRun& told, const model::LogSpec& logs);

struct ProcessRunner::State {
  State(io::Loop& loop_in, KeeperClient& keeper_in, ProcessTrees& trees_in,
        ResourceLimits& limits_in, OutputSink& output_in, EnvironmentMap environment, User self,
        std::function<void(runtime::RunnerEvent)> post_in,
        std::function<void(const std::string&)> notice_in)
      : loop(loop_in),
        keeper(keeper_in),
        trees(trees_in),
        limits(limits_in),
        output(output_in),
        post(std::move(post_in)),
        notice(std::move(notice_in)),
        auxiliary(loop_in, keeper_in, trees_in),
        preparer(auxiliary, trees_in, limits_in, std::move(environment), std::move(self)) {}

  OneRun* find(RunId id) {
    const auto found = runs.find(id);
    return found == runs.end() ? nullptr : found->second.get();
  }
  // Is there another run of this instance, adopted or still to be?
  bool is_known(const std::string& instance) const;
  OneRun& add(const runtime::StartRequest& start);
  void fail(OneRun& run, runtime::StartFailure failure);
  void ask(RunId id, Preparation prepared);
  void born(OneRun& run, KeeperRun told);
  void watch_birth(OneRun& run);
  // True once it is known whether the program runs.
  bool read_error_pipe(OneRun& run);
  void running(OneRun& run);
  void ended(OneRun& run, const KeeperExit& exit);
  void await_empty(const OneRun& run);
  // The keeper forgets the run, at once or when its output has come to its end: until then a next
  // controller must find the pipes with the keeper.
  void let_go(RunId id, Lingering pipes);
  // The run as the next supervisor's controller needs it.
  HandedRun hand_over(OneRun& run) const;
  KeeperRun with_pipes(RunId id, const std::string& instance, std::uint64_t out_pipe,
                       std::uint64_t err_pipe) const;

  io::Loop& loop;
  KeeperClient& keeper;
  ProcessTrees& trees;
  ResourceLimits& limits;
  OutputSink& output;
  std::function<void(runtime::RunnerEvent)> post;
  std::function<void(const std::string&)> notice;
  AuxiliaryRuns auxiliary;
  Preparer preparer;
  std::map<RunId, std::unique_ptr<OneRun>> runs;
  std::map<std::uint64_t, Held> held;
  std::map<RunId, Lingering> lingering;
};

}  // namespace mainstay::process
