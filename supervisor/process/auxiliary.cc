#include "process/auxiliary.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "process/pidfd_linux.h"

namespace mainstay::process {

struct AuxiliaryRuns::One {
  std::uint64_t token = 0;
  AuxiliaryOptions options;
  std::string tree;  // its own; empty: it is in an instance's
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

// No service is named like that, so a next controller knows whose run it finds.
constexpr char kOwnTreeMark = '~';
constexpr char kLeavesMark = '^';
// Twice what a pipe holds: one that prints without end must not hold up the loop.
constexpr int kReadsPerTurn = 32;

std::string tree_name(std::uint64_t token, const std::string& label) {
  return kOwnTreeMark + std::to_string(token - keeper::kFirstAuxiliaryToken) + "-" + label;
}

std::string label_of(const AuxiliaryOptions& options) {
  return options.leaves_by_itself ? kLeavesMark + options.label : options.label;
}

std::uint32_t output_flags(const AuxiliaryOptions& options) {
  if (options.output_limit == 0) return 0;
  return options.with_errors ? keeper::kPipeOut | keeper::kMergeErr
                             : std::uint32_t{keeper::kPipeOut};
}

}  // namespace

AuxiliaryRuns::AuxiliaryRuns(io::Loop& loop, KeeperClient& keeper, ProcessTrees& trees)
    : loop_(loop), keeper_(keeper), trees_(trees) {}

AuxiliaryRuns::~AuxiliaryRuns() = default;

std::uint64_t AuxiliaryRuns::start(const SpawnRequest& request, UniqueFd cgroup,
                                   AuxiliaryOptions options,
                                   std::function<void(AuxiliaryResult)> done, UniqueFd given) {
  auto one = std::make_unique<One>();
  one->token = keeper_.next_auxiliary_token();
  one->attempt = attempted(request, options.shown_name);
  one->options = std::move(options);
  const Status asked = ask(*one, request, std::move(cgroup), std::move(given));
  if (!asked) {
    if (!one->tree.empty()) trees_.forget(one->tree);
    AuxiliaryResult result;
    result.failure = "cannot start " + one->options.shown_name + ": " + asked.error().message;
    result.error_number = asked.error().code;
    done(std::move(result));
    return 0;
  }
  one->done = std::move(done);
  if (one->options.timeout > Duration{0}) limit_time(*one);
  const std::uint64_t token = one->token;
  runs_.emplace(token, std::move(one));
  return token;
}

Status AuxiliaryRuns::ask(One& one, const SpawnRequest& request, UniqueFd cgroup, UniqueFd given) {
  std::optional<SpawnRequest> planted;
  if (one.options.own_tree) {
    planted = request;
    auto place = plant(one, *planted);
    if (!place) return place.error();
    cgroup = std::move(*place);
  }
  const auto bytes = encode_request(planted ? *planted : request);
  if (!bytes) return bytes.error();
  return keeper_.spawn(
      one.token, one.tree.empty() ? label_of(one.options) : one.tree, output_flags(one.options),
      *bytes, {.cgroup = std::move(cgroup), .notify_socket = {}, .given = std::move(given)});
}

Result<UniqueFd> AuxiliaryRuns::plant(One& one, SpawnRequest& request) {
  one.tree = tree_name(one.token, one.options.label);
  auto place = trees_.prepare(one.tree);
  if (!place) return place.error();
  request.cgroups = std::move(place->enters);
  request.environment[std::string{kCookieVariable}] = trees_.cookie(one.tree, RunId{one.token});
  return std::move(place->born_in);
}

void AuxiliaryRuns::limit_time(One& one) {
  one.timer = std::make_unique<io::Timer>(loop_, [this, &one] {
    one.result.timed_out = one.result.failure.empty();
    end_early(one,
              one.options.shown_name + " took longer than " + format_duration(one.options.timeout));
  });
  one.timer->start(one.options.timeout);
}

void AuxiliaryRuns::cancel(std::uint64_t token) {
  const auto found = runs_.find(token);
  if (found == runs_.end()) return;
  found->second->done = nullptr;
  end_early(*found->second, "it is not wanted any more");
}

void AuxiliaryRuns::let_go(std::uint64_t token) {
  const auto found = runs_.find(token);
  if (found != runs_.end()) found->second->done = nullptr;
}

void AuxiliaryRuns::on_run(KeeperRun run) {
  const auto found = runs_.find(run.token);
  if (found == runs_.end()) return abandon(std::move(run));
  One& one = *found->second;
  one.pidfd = std::move(run.pidfd);
  one.error = std::move(run.error);
  one.out = std::move(run.out);
  if (!one.tree.empty()) trees_.started(one.tree, run.pid);
  if (!one.result.failure.empty()) kill(one);  // too late already
  if (!one.out) return;
  one.watch =
      std::make_unique<io::FdWatch>(loop_, one.out.get(), [this, &one](int) { read_output(one); });
  one.watch->want(io::kReadable);
}

// An earlier controller waited for it; nobody does now, and what it prints is not read any more.
void AuxiliaryRuns::abandon(KeeperRun run) {
  if (run.label.starts_with(kLeavesMark) && run.pidfd) return see_off(std::move(run));
  if (run.label.starts_with(kOwnTreeMark)) {
    trees_.started(run.label, run.pid);
    end_tree(run.label);
  } else if (run.pidfd && run.out) {
    signal_pidfd(run.pidfd.get(), SIGKILL);
  }
  keeper_.release(run.token);
}

// What it writes goes nowhere; its end comes as that of any other.
void AuxiliaryRuns::see_off(KeeperRun run) {
  auto one = std::make_unique<One>();
  one->token = run.token;
  one->pidfd = std::move(run.pidfd);
  one->timer = std::make_unique<io::Timer>(loop_, [this, &one = *one] { kill(one); });
  one->timer->start(kLeaveTime);
  runs_.emplace(run.token, std::move(one));
}

void AuxiliaryRuns::read_output(One& one) {
  std::array<char, 4096> piece{};
  for (int reads = 0; one.out && reads < kReadsPerTurn; ++reads) {
    const ssize_t size = read(one.out.get(), piece.data(), piece.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) {
      if (size == 0 || errno != EAGAIN) one.watch.reset();
      return;
    }
    keep(one, {piece.data(), static_cast<std::size_t>(size)});
  }
}

void AuxiliaryRuns::keep(One& one, std::string_view piece) {
  std::string& output = one.result.output;
  output += piece;
  const std::size_t limit = one.options.output_limit;
  if (output.size() <= limit) return;
  if (one.options.keep_last) {
    output.erase(0, output.size() - limit);
    return;
  }
  one.watch.reset();
  one.out.reset();
  end_early(one, one.options.shown_name + " printed too much");
}

// Its exit is still waited for, and then reported.
void AuxiliaryRuns::end_early(One& one, std::string failure) {
  if (one.result.failure.empty()) one.result.failure = std::move(failure);
  kill(one);
}

void AuxiliaryRuns::kill(const One& one) {
  if (!one.pidfd) return;  // it is yet to be born
  if (one.tree.empty()) {
    signal_pidfd(one.pidfd.get(), SIGKILL);
  } else {
    trees_.kill_tree(one.tree);
  }
}

void AuxiliaryRuns::end_tree(const std::string& tree) {
  trees_.kill_tree(tree);
  trees_.await_empty(tree, [this, tree] { trees_.forget(tree); });
}

void AuxiliaryRuns::on_refused(const KeeperRefusal& refusal) {
  const auto found = runs_.find(refusal.token);
  if (found == runs_.end()) return;
  One& one = *found->second;
  one.result.failure = explain_refusal(refusal.at, refusal.error_number, one.attempt).message;
  one.result.error_number = refusal.error_number;
  if (!one.tree.empty()) trees_.forget(one.tree);
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
  if (!one.tree.empty()) {
    trees_.main_ended(one.tree);
    end_tree(one.tree);
  }
  finish(exit.token);
}

void AuxiliaryRuns::finish(std::uint64_t token) {
  const auto found = runs_.find(token);
  const std::unique_ptr<One> one = std::move(found->second);
  runs_.erase(found);
  one->watch.reset();
  if (one->done) one->done(std::move(one->result));
}

}  // namespace mainstay::process
