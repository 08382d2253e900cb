#include "process/runner.h"

#include <signal.h>

#include <cassert>
#include <utility>
#include <variant>

#include "process/pidfd_linux.h"
#include "process/runner_state.h"

namespace mainstay::process {

using Phase = OneRun::Phase;

ProcessRunner::ProcessRunner(io::Loop& loop, KeeperClient& keeper, ProcessTrees& trees,
                             ResourceLimits& limits, OutputSink& output, NotifyListener& notify,
                             EnvironmentMap own_environment, User self,
                             std::function<void(runtime::RunnerEvent)> post,
                             std::function<void(const std::string&)> notice)
    : state_(std::make_unique<State>(loop, keeper, trees, limits, output, notify,
                                     std::move(own_environment), std::move(self), std::move(post),
                                     std::move(notice))) {}

ProcessRunner::~ProcessRunner() = default;

AuxiliaryRuns& ProcessRunner::auxiliary() {
  return state_->auxiliary;
}

Preparer& ProcessRunner::preparer() {
  return state_->preparer;
}

void ProcessRunner::start(const runtime::StartRequest& request) {
  OneRun& run = state_->add(request);
  if (const Status writable = state_->output.ready(run.log_file, run.logs); !writable) {
    const Error& why = writable.error();
    return state_->fail(run, {failure_kind(why.code), "logs", why.code, why.message});
  }
  state_->preparer.prepare(
      request, StartPurpose::Service,
      [this, id = request.run](Preparation prepared) { state_->ask(id, std::move(prepared)); });
}

void ProcessRunner::signal_tree(RunId id, int number) {
  OneRun* run = state_->find(id);
  if (run == nullptr) return;
  if (run->is_yet_to_run()) {
    run->signal_when_running = number;
  } else {
    state_->trees.signal_tree(run->instance, number);
  }
}

void ProcessRunner::signal_main(RunId id, int number) {
  const OneRun* run = state_->find(id);
  if (run != nullptr && run->pidfd) signal_pidfd(run->pidfd.get(), number);
}

void ProcessRunner::kill_tree(RunId id) {
  OneRun* run = state_->find(id);
  if (run == nullptr) return;
  if (run->is_yet_to_run()) {
    run->kill_when_born = true;
    if (run->pidfd) signal_pidfd(run->pidfd.get(), SIGKILL);
  }
  state_->trees.kill_tree(run->instance);
}

void ProcessRunner::await_tree_empty(RunId id) {
  OneRun* run = state_->find(id);
  if (run == nullptr) return state_->post(runtime::TreeEmpty{id});
  if (run->is_yet_to_run()) {
    run->await_when_ended = true;
  } else {
    state_->await_empty(*run);
  }
}

void ProcessRunner::run_stop_command(const runtime::StartRequest& request) {
  const auto report = [this](const std::string& failure) {
    if (!failure.empty() && state_->notice) state_->notice(failure);
  };
  AuxiliaryOptions options;
  options.label = request.canonical_name + " stop";
  options.shown_name = "stop.command of " + request.shown_name;
  state_->preparer.prepare(
      request, StartPurpose::StopCommand, [this, report, options](Preparation prepared) {
        if (const auto* failure = std::get_if<runtime::StartFailure>(&prepared)) {
          return report(failure->message);
        }
        auto& start = std::get<PreparedStart>(prepared);
        state_->auxiliary.start(
            start.request, std::move(start.cgroup), options,
            [report](const AuxiliaryResult& result) { report(result.failure); });
      });
}

void ProcessRunner::release(RunId id) {
  const auto found = state_->runs.find(id);
  if (found == state_->runs.end()) return;
  // What the keeper never had it ignores.
  const OneRun& run = *found->second;
  state_->limits.released(run.instance, id);
  if (run.phase != Phase::Preparing) state_->let_go(id, {run.instance, run.out_pipe, run.err_pipe});
  state_->notify.forget(id);
  state_->runs.erase(found);
}

void ProcessRunner::output_ended(RunId id) {
  if (state_->lingering.erase(id) != 0) state_->keeper.release(id.value);
}

void ProcessRunner::on_run(KeeperRun told) {
  if (told.token >= keeper::kFirstAuxiliaryToken) return state_->auxiliary.on_run(std::move(told));
  OneRun* run = state_->find(RunId{told.token});
  if (run != nullptr && run->phase == Phase::Asked) return state_->born(*run, std::move(told));
  const std::uint64_t token = told.token;
  if (run == nullptr) state_->held[token] = {std::move(told), std::nullopt};
}

void ProcessRunner::on_refused(const KeeperRefusal& refusal) {
  if (refusal.token >= keeper::kFirstAuxiliaryToken) return state_->auxiliary.on_refused(refusal);
  OneRun* run = state_->find(RunId{refusal.token});
  if (run == nullptr || run->phase != Phase::Asked) return;
  state_->fail(*run, explain_refusal(refusal.at, refusal.error_number, *run->attempt));
}

void ProcessRunner::on_exit(const KeeperExit& exit) {
  if (exit.token >= keeper::kFirstAuxiliaryToken) return state_->auxiliary.on_exit(exit);
  if (const auto held = state_->held.find(exit.token); held != state_->held.end()) {
    held->second.exit = exit;
    return;
  }
  OneRun* run = state_->find(RunId{exit.token});
  if (run != nullptr) state_->ended(*run, exit);
}

std::vector<HeldRunInfo> ProcessRunner::held_runs() const {
  std::vector<HeldRunInfo> out;
  for (const auto& [token, held] : state_->held) {
    out.push_back(
        {RunId{token}, held.run.label, held.run.pid, held.run.spawned, held.exit.has_value()});
  }
  return out;
}

void ProcessRunner::hold(HandedRun handed) {
  const std::uint64_t token = handed.run.token;
  if (!handed.exit && !handed.run.notify_socket)
    handed.run.notify_socket = state_->notify.restore(RunId{token});
  if (!handed.exit) state_->keeper.adopt(handed.run);
  state_->held[token] = {std::move(handed.run), handed.exit};
}

std::vector<HandedRun> ProcessRunner::hand_over() {
  std::vector<HandedRun> out;
  for (const auto& [id, run] : state_->runs) {
    if (run->phase == Phase::Born || run->phase == Phase::Running || run->phase == Phase::Ended)
      out.push_back(state_->hand_over(*run));
  }
  for (const auto& [id, ended] : state_->lingering)
    out.push_back(
        {state_->with_pipes(id, ended.instance, ended.out_pipe, ended.err_pipe), KeeperExit{}});
  return out;
}

std::vector<SavedRun> ProcessRunner::live_runs() const {
  std::vector<SavedRun> out;
  for (const auto& [id, run] : state_->runs) {
    if (run->phase != Phase::Running) continue;
    out.push_back({id, run->instance, run->pid, 0, run->out_pipe, run->err_pipe, run->notify_fd,
                   run->notify_pipe_id});
  }
  return out;
}

void ProcessRunner::adopt(const runtime::StartRequest& request) {
  const auto found = state_->held.find(request.run.value);
  assert(found != state_->held.end());
  Held held = std::move(found->second);
  state_->held.erase(found);
  OneRun& run = state_->add(request);
  run.announce = false;
  // What is known without composing the request again, should its program not have come to run.
  run.attempt->program =
      request.spec->command.argv.empty() ? "" : request.spec->command.argv[0].text;
  run.attempt->cwd = request.spec->cwd.text;
  run.attempt->user = request.spec->user;
  const int pid = held.run.pid;
  state_->born(run, std::move(held.run));
  state_->limits.adopt(request, pid);
  if (run.phase == Phase::Running) state_->limits.started(run.instance, run.id);
  if (held.exit) state_->ended(run, *held.exit);
}

void ProcessRunner::linger(const runtime::StartRequest& request) {
  const auto found = state_->held.find(request.run.value);
  if (found == state_->held.end()) return;
  Held held = std::move(found->second);
  state_->held.erase(found);
  OutputPipes pipes = take_pipes(held.run, request.spec->logs);
  const Lingering lingering{request.canonical_name, inode_of(pipes.out), inode_of(pipes.err)};
  if (pipes.out || pipes.err) {
    state_->output.attach(request.run, log_name(request), request.spec->logs, std::move(pipes));
    state_->output.drain(request.run);
  }
  state_->let_go(request.run, lingering);
}

void ProcessRunner::discard(RunId id) {
  const auto found = state_->held.find(id.value);
  if (found == state_->held.end()) return;
  const Held held = std::move(found->second);
  state_->held.erase(found);
  if (!held.exit && held.run.pidfd) {
    // Found while it lives: where a process that has died was, nobody can tell.
    if (!state_->is_known(held.run.label)) {
      state_->trees.started(held.run.label, held.run.pid);
      state_->limits.remove_when_empty(held.run.label, held.run.pid);
      state_->trees.kill_tree(held.run.label);
    }
    signal_pidfd(held.run.pidfd.get(), SIGKILL);
  }
  state_->keeper.release(id.value);
}

}  // namespace mainstay::process
