#include "process/auxiliary.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "base/text.h"
#include "process/pidfd_linux.h"

namespace mainstay::process {

struct AuxiliaryRuns::One {
  std::uint64_t token = 0;
  AuxiliaryOptions options;
  AttemptedStart attempt;
  std::function<void(AuxiliaryResult)> done;
  AuxiliaryResult result;
  UniqueFd pidfd;
  UniqueFd error;
  UniqueFd out;
  std::unique_ptr<io::FdWatch> watch;  // of `out`
  std::unique_ptr<io::Timer> timer;
};

namespace {

std::uint32_t output_flags(const AuxiliaryOptions& options) {
  if (options.output_limit == 0) return 0;
  return options.with_errors ? keeper::kPipeOut | keeper::kMergeErr
                             : std::uint32_t{keeper::kPipeOut};
}

}  // namespace

std::string how_it_ended(int wait_status) {
  if (WIFSIGNALED(wait_status)) return "was ended by signal " + signal_name(WTERMSIG(wait_status));
  return "ended with code " + std::to_string(WEXITSTATUS(wait_status));
}

AuxiliaryRuns::AuxiliaryRuns(io::Loop& loop, KeeperClient& keeper) : loop_(loop), keeper_(keeper) {}

AuxiliaryRuns::~AuxiliaryRuns() = default;

std::uint64_t AuxiliaryRuns::start(const SpawnRequest& request, UniqueFd cgroup,
                                   AuxiliaryOptions options,
                                   std::function<void(AuxiliaryResult)> done, UniqueFd given) {
  const std::uint64_t token = keeper_.next_auxiliary_token();
  const auto bytes = encode_request(request);
  const Status asked = bytes ? keeper_.spawn(token, options.label, output_flags(options), *bytes,
                                             std::move(cgroup), std::move(given))
                             : Status{bytes.error()};
  if (!asked) {
    done({"cannot start " + options.shown_name + ": " + asked.error().message,
          asked.error().code,
          0,
          {}});
    return token;
  }
  auto one = std::make_unique<One>();
  one->token = token;
  one->attempt = attempted(request, options.shown_name);
  one->options = std::move(options);
  one->done = std::move(done);
  if (one->options.timeout > Duration{0}) {
    One* self = one.get();
    one->timer = std::make_unique<io::Timer>(loop_, [this, self] {
      end_early(*self, self->options.shown_name + " took longer than " +
                           format_duration(self->options.timeout));
    });
    one->timer->start(one->options.timeout);
  }
  runs_.emplace(token, std::move(one));
  return token;
}

void AuxiliaryRuns::end(std::uint64_t token, std::string failure) {
  const auto found = runs_.find(token);
  if (found != runs_.end()) end_early(*found->second, std::move(failure));
}

void AuxiliaryRuns::on_run(KeeperRun run) {
  const auto found = runs_.find(run.token);
  if (found == runs_.end()) {
    // An earlier controller waited for it; nobody does now, and what it prints is not read any
    // more.
    if (run.pidfd && run.out) signal_pidfd(run.pidfd.get(), SIGKILL);
    keeper_.release(run.token);
    return;
  }
  One& one = *found->second;
  one.pidfd = std::move(run.pidfd);
  one.error = std::move(run.error);
  one.out = std::move(run.out);
  if (!one.result.failure.empty()) signal_pidfd(one.pidfd.get(), SIGKILL);  // too late already
  if (!one.out) return;
  one.watch =
      std::make_unique<io::FdWatch>(loop_, one.out.get(), [this, &one](int) { read_output(one); });
  one.watch->want(io::kReadable);
}

void AuxiliaryRuns::read_output(One& one) {
  std::array<char, 4096> piece{};
  while (one.out) {
    const ssize_t size = read(one.out.get(), piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) {
      if (size == 0 || errno != EAGAIN) one.watch.reset();
      return;
    }
    one.result.output.append(piece.data(), static_cast<std::size_t>(size));
    if (one.result.output.size() > one.options.output_limit) {
      one.watch.reset();
      one.out.reset();
      end_early(one, one.options.shown_name + " printed too much");
    }
  }
}

// Its exit is still waited for, and then reported.
void AuxiliaryRuns::end_early(One& one, std::string failure) {
  if (one.result.failure.empty()) one.result.failure = std::move(failure);
  if (one.pidfd) signal_pidfd(one.pidfd.get(), SIGKILL);
}

void AuxiliaryRuns::on_refused(const KeeperRefusal& refusal) {
  const auto found = runs_.find(refusal.token);
  if (found == runs_.end()) return;
  One& one = *found->second;
  one.result.failure = explain_refusal(refusal.at, refusal.error_number, one.attempt).message;
  one.result.error_number = refusal.error_number;
  finish(refusal.token);
}

void AuxiliaryRuns::on_exit(const KeeperExit& exit) {
  keeper_.release(exit.token);
  const auto found = runs_.find(exit.token);
  if (found == runs_.end()) return;
  One& one = *found->second;
  one.result.wait_status = exit.wait_status;
  if (one.watch) read_output(one);
  keeper::StageFailure failure;
  if (one.error && read(one.error.get(), &failure, sizeof failure) == sizeof failure) {
    one.result.failure = explain_failure(failure, one.attempt).message;
    one.result.error_number = failure.error;
  }
  finish(exit.token);
}

void AuxiliaryRuns::finish(std::uint64_t token) {
  const auto found = runs_.find(token);
  const std::unique_ptr<One> one = std::move(found->second);
  runs_.erase(found);
  one->watch.reset();
  one->done(std::move(one->result));
}

}  // namespace mainstay::process
