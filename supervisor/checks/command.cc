#include "checks/command.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <utility>

#include "base/text.h"

namespace mainstay::checks {

namespace {

constexpr std::size_t kKeptOutput = 4096;
constexpr std::size_t kLongestLine = 200;

bool says_nothing(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::string last_line(std::string_view output) {
  std::string_view last;
  for (const std::string_view line : split(output, '\n')) {
    if (!says_nothing(line)) last = line;
  }
  std::string text = escape_for_terminal(to_valid_utf8(last.substr(0, kLongestLine)), false);
  return last.size() > kLongestLine ? text + "…" : text;
}

}  // namespace

Answer judge_command(const process::AuxiliaryResult& result) {
  using policy::StartFailureKind;
  if (!result.failure.empty()) {
    const bool ours = process::failure_kind(result.error_number) == StartFailureKind::Resource;
    return ours ? unknown(result.failure) : failed(result.failure);
  }
  const int status = result.wait_status;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return passed();
  std::string message = WIFSIGNALED(status) ? fmt::format("signal {} ({})", WTERMSIG(status),
                                                          signal_name(WTERMSIG(status)))
                                            : fmt::format("exit code {}", WEXITSTATUS(status));
  const std::string said = last_line(result.output);
  return failed(said.empty() ? message : message + ": " + said);
}

CommandProber::CommandProber(const Means& means, std::string canonical_name, std::string shown_name,
                             std::vector<model::Template> argv,
                             std::unique_ptr<Surroundings> surroundings)
    : means_(means),
      canonical_name_(std::move(canonical_name)),
      shown_name_(std::move(shown_name)),
      argv_(std::move(argv)),
      surroundings_(std::move(surroundings)) {}

CommandProber::~CommandProber() {
  means_.auxiliary.cancel(token_);
}

void CommandProber::look(Duration timeout, Done done) {
  done_ = std::move(done);
  surroundings_->get([this, timeout](const Surroundings::Known& known) {
    if (!known) return std::exchange(done_, nullptr)(unknown(known.error().message));
    start(*known, timeout);
  });
}

void CommandProber::start(process::SpawnRequest request, Duration timeout) {
  std::vector<std::string> arguments;
  for (const model::Template& word : argv_)
    arguments.push_back(expand_in(word, request));
  request.candidates =
      process::candidate_paths(arguments.front(), request.environment["PATH"], request.cwd);
  request.arguments = std::move(arguments);
  process::AuxiliaryOptions options;
  options.label = canonical_name_;
  options.shown_name = "a check of " + shown_name_;
  options.output_limit = kKeptOutput;
  options.with_errors = true;
  options.keep_last = true;
  options.own_tree = true;
  options.timeout = timeout;
  token_ = means_.auxiliary.start(
      request, {}, std::move(options),
      [this, timeout](const process::AuxiliaryResult& result) { on_end(result, timeout); });
}

void CommandProber::on_end(const process::AuxiliaryResult& result, Duration timeout) {
  token_ = 0;
  Answer answer = judge_command(result);
  if (result.timed_out) {
    answer =
        failed(fmt::format("{} took longer than {}", argv_.front().text, format_duration(timeout)));
  }
  std::exchange(done_, nullptr)(std::move(answer));
}

}  // namespace mainstay::checks
