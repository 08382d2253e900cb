#include "process/runner_state.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <variant>

#include "process/notify_wish.h"
#include "process/pidfd_linux.h"

namespace mainstay::process {

using Phase = OneRun::Phase;

namespace {

std::uint32_t output_flags(const model::LogSpec& logs) {
  const bool both = logs.stdout_on && logs.stderr_on;
  if (logs.merge && both) return keeper::kPipeOut | keeper::kMergeErr;
  return (logs.stdout_on ? keeper::kPipeOut : 0U) | (logs.stderr_on ? keeper::kPipeErr : 0U);
}

runtime::ExitStatus exit_status(int wait_status) {
  using Kind = runtime::ExitStatus::Kind;
  if (WIFEXITED(wait_status)) return {Kind::Code, WEXITSTATUS(wait_status), false};
  if (!WIFSIGNALED(wait_status)) return {};
  return {Kind::Signal, WTERMSIG(wait_status), WCOREDUMP(wait_status) != 0};
}

}  // namespace

std::uint64_t inode_of(const UniqueFd& fd) {
  struct stat info {};
  return fd && fstat(fd.get(), &info) == 0 ? info.st_ino : 0;
}

std::string log_name(const runtime::StartRequest& start) {
  const bool only_one = start.spec->instances == 1 && start.index == 0;
  return only_one ? start.spec->name : start.canonical_name;
}

OutputPipes take_pipes(KeeperRun& told, const model::LogSpec& logs) {
  OutputPipes pipes{std::move(told.out), std::move(told.err)};
  if (!pipes.out && logs.merge) pipes.out = std::move(pipes.err);
  return pipes;
}

bool ProcessRunner::State::is_known(const std::string& instance) const {
  for (const auto& [id, run] : runs) {
    if (run->instance == instance) return true;
  }
  for (const auto& [token, other] : held) {
    if (other.run.label == instance && !other.exit) return true;
  }
  return false;
}

OneRun& ProcessRunner::State::add(const runtime::StartRequest& start) {
  auto run = std::make_unique<OneRun>();
  run->id = start.run;
  run->instance = start.canonical_name;
  run->log_file = log_name(start);
  run->logs = start.spec->logs;
  run->notify_fd = notify_fd_of(*start.spec);
  run->attempt->shown_name = start.shown_name;
  OneRun& added = *run;
  runs[start.run] = std::move(run);
  return added;
}

void ProcessRunner::State::fail(OneRun& run, runtime::StartFailure failure) {
  notify.forget(run.id);
  run.phase = Phase::Failed;
  run.attempt.reset();
  post(runtime::StartFailed{run.id, std::move(failure)});
  if (run.await_when_ended) await_empty(run);
}

void ProcessRunner::State::ask(RunId id, Preparation prepared) {
  OneRun* run = find(id);
  if (run == nullptr || run->phase != Phase::Preparing) return;
  if (auto* failure = std::get_if<runtime::StartFailure>(&prepared)) {
    return fail(*run, std::move(*failure));
  }
  auto& start = std::get<PreparedStart>(prepared);
  if (run->kill_when_born || run->signal_when_running) {
    return fail(*run,
                {runtime::StartFailureKind::Program, "run", 0,
                 "cannot start " + run->attempt->shown_name + ": it was stopped before it began"});
  }
  const auto bytes = encode_request(start.request);
  const std::uint32_t pipe = start.request.notify_fd != 0 ? keeper::kNotifyPipe : 0U;
  const Status asked =
      bytes ? keeper.spawn(id.value, run->instance, output_flags(run->logs) | pipe, *bytes,
                           {.cgroup = std::move(start.cgroup),
                            .notify_socket = std::move(start.notify_socket),
                            .given = {}})
            : Status{bytes.error()};
  if (!asked) {
    return fail(*run, {failure_kind(asked.error().code), "request", asked.error().code,
                       "cannot start " + run->attempt->shown_name + ": " + asked.error().message});
  }
  *run->attempt = attempted(start.request, run->attempt->shown_name);
  run->phase = Phase::Asked;
}

void ProcessRunner::State::born(OneRun& run, KeeperRun told) {
  run.phase = Phase::Born;
  run.pid = told.pid;
  run.spawned = told.spawned;
  run.pidfd = std::move(told.pidfd);
  run.error = std::move(told.error);
  run.pipes = take_pipes(told, run.logs);
  run.notify_socket = std::move(told.notify_socket);
  run.notify_pipe = std::move(told.notify_pipe);
  run.notify_pipe_id = inode_of(run.notify_pipe);
  run.out_pipe = inode_of(run.pipes.out);
  run.err_pipe = inode_of(run.pipes.err);
  run.foreign = (told.flags & keeper::kForeign) != 0;
  if (run.kill_when_born && run.pidfd) signal_pidfd(run.pidfd.get(), SIGKILL);
  if (!run.error) return running(run);
  if (!read_error_pipe(run)) watch_birth(run);
}

void ProcessRunner::State::watch_birth(OneRun& run) {
  run.error_watch = std::make_unique<io::FdWatch>(loop, run.error.get(), [this, id = run.id](int) {
    if (OneRun* found = find(id); found != nullptr && found->error) read_error_pipe(*found);
  });
  run.error_watch->want(io::kReadable);
}

bool ProcessRunner::State::read_error_pipe(OneRun& run) {
  keeper::StageFailure failure;
  const ssize_t size = read(run.error.get(), &failure, sizeof failure);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  run.error_watch.reset();
  run.error.reset();
  if (size == sizeof failure) {
    fail(run, explain_failure(failure, *run.attempt));
  } else {
    keeper.settled(run.id.value);
    running(run);
  }
  return true;
}

void ProcessRunner::State::running(OneRun& run) {
  run.phase = Phase::Running;
  NotifySource source{run.id, run.instance, run.attempt->shown_name};
  run.attempt.reset();
  if (run.foreign) {
    trees.started_elsewhere(run.instance, run.pid);
  } else {
    trees.started(run.instance, run.pid);
  }
  limits.started(run.instance, run.id);
  if (run.pipes.out || run.pipes.err) {
    output.attach(run.id, run.log_file, run.logs, std::move(run.pipes));
  }
  notify.attach(std::move(source), std::move(run.notify_socket), std::move(run.notify_pipe));
  if (run.announce) post(runtime::Spawned{run.id, run.pid, run.spawned});
  if (run.signal_when_running) trees.signal_tree(run.instance, *run.signal_when_running);
  if (run.kill_when_born) trees.kill_tree(run.instance);
}

void ProcessRunner::State::ended(OneRun& run, const KeeperExit& exit) {
  // Nothing else ever held the write end, so now the pipe gives the failure or its end.
  if (run.phase == Phase::Born) read_error_pipe(run);
  if (run.phase != Phase::Running) return;
  run.phase = Phase::Ended;
  run.exit = exit;
  notify.drain(run.id);
  notify.forget(run.id);
  trees.main_ended(run.instance);
  limits.ended(run.instance, run.id);
  output.drain(run.id);
  const bool leftovers = trees.leftovers(run.instance);
  const runtime::RunUsage usage{exit.cpu, exit.peak_memory_bytes};
  post(runtime::Exited{run.id, exit_status(exit.wait_status), exit.at, usage, leftovers});
  if (run.await_when_ended) await_empty(run);
}

void ProcessRunner::State::let_go(RunId id, Lingering pipes) {
  if (output.is_open(id)) {
    lingering[id] = std::move(pipes);
  } else {
    keeper.release(id.value);
  }
}

HandedRun ProcessRunner::State::hand_over(OneRun& run) const {
  HandedRun handed{with_pipes(run.id, run.instance, run.out_pipe, run.err_pipe), run.exit};
  KeeperRun& out = handed.run;
  if (run.phase == Phase::Born) {
    out.out = std::move(run.pipes.out);
    out.err = std::move(run.pipes.err);
    out.notify_socket = std::move(run.notify_socket);
    out.notify_pipe = std::move(run.notify_pipe);
  } else {
    out.notify_socket = notify.copy_of_socket(run.id);
    out.notify_pipe = notify.copy_of_pipe(run.id);
  }
  out.pid = run.pid;
  out.spawned = run.spawned;
  if (!run.exit) out.pidfd = std::move(run.pidfd);
  return handed;
}

KeeperRun ProcessRunner::State::with_pipes(RunId id, const std::string& instance,
                                           std::uint64_t out_pipe, std::uint64_t err_pipe) const {
  KeeperRun out;
  out.token = id.value;
  out.label = instance;
  for (UniqueFd& copy : output.copies_of(id)) {
    const std::uint64_t inode = inode_of(copy);
    if (inode == out_pipe) out.out = std::move(copy);
    if (inode == err_pipe && copy) out.err = std::move(copy);
  }
  return out;
}

void ProcessRunner::State::await_empty(const OneRun& run) {
  trees.await_empty(run.instance, [this, id = run.id] { post(runtime::TreeEmpty{id}); });
}

}  // namespace mainstay::process
