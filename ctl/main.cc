// ctl: what a person or a script says to the supervisor.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <variant>
#include <vector>

#include "base/units.h"
#include "ctl/context.h"
#include "ctl/verb.h"

namespace mainstay::ctl {

namespace {

// 0, 1 and 2 exist: a file or a socket that took one of their places would be written to.
void ensure_standard_descriptors() {
  while (true) {
    const int fd = ::open("/dev/null", O_RDWR);
    if (fd > STDERR_FILENO) ::close(fd);
    if (fd < 0 || fd > STDERR_FILENO) return;
  }
}

int code_of(CtlExit code) {
  return static_cast<int>(code);
}

int fail_usage(Output& notices, const UsageError& error) {
  notices.line(fmt::format("ctl: {}", error.message));
  if (!error.hint.empty()) notices.line(fmt::format("     {}", error.hint));
  static_cast<void>(notices.flush());
  return code_of(CtlExit::Usage);
}

Endpoint endpoint_of(const Arguments& arguments) {
  Endpoint endpoint = default_endpoint(::geteuid() == 0, process_environment);
  const auto named = arguments.value("socket");
  const auto environment = process_environment("MAINSTAY_SOCKET");
  if (named) {
    endpoint.socket = *named;
  } else if (environment && !environment->empty()) {
    endpoint.socket = *environment;
  }
  return endpoint;
}

// The verb that is meant, `help` where none or --help is.
const Verb* verb_of(Arguments& arguments) {
  if (arguments.verb != nullptr && !arguments.has("help")) return arguments.verb;
  if (arguments.verb != nullptr) {
    arguments.words.assign(1, std::string{arguments.verb->name});
  } else {
    arguments.words.clear();
  }
  return find_verb("help", all_verbs());
}

// What is still to be written decides, too: a report that nobody got is no success.
int finish(Context& context, CtlExit code, const Interrupts& interrupts) {
  const Status written = context.out().flush();
  if (!written) context.notice(written.error().message);
  static_cast<void>(context.notices().flush());
  const int signal = interrupts.signal();
  const bool proper_end = signal == SIGINT && context.is_ended_by_interrupt();
  if (signal != 0 && !proper_end) interrupts.die();
  if (proper_end) context.wipe_echo();
  return code_of(written.ok() ? code : CtlExit::Failed);
}

int run(const std::vector<std::string>& words) {
  Interrupts interrupts;
  Output notices{STDERR_FILENO, {}};
  auto parsed = parse_arguments(words, all_verbs());
  if (const auto* error = std::get_if<UsageError>(&parsed)) return fail_usage(notices, *error);
  auto& arguments = std::get<Arguments>(parsed);
  arguments.verb = verb_of(arguments);
  std::optional<Duration> timeout;
  if (const auto text = arguments.value("timeout")) {
    const auto duration = parse_duration(*text);
    if (!duration) return fail_usage(notices, {"--timeout: " + duration.error().message, ""});
    timeout = *duration;
  }
  const bool no_color = arguments.has("no-color");
  notices.set_terminal(detect_terminal(STDERR_FILENO, no_color, process_environment));
  Output out{STDOUT_FILENO, detect_terminal(STDOUT_FILENO, no_color, process_environment)};
  const Endpoint endpoint = endpoint_of(arguments);
  const Verb& verb = *arguments.verb;
  Context context{
      {std::move(arguments), endpoint, timeout, process_environment, &out, &notices, &interrupts}};
  return finish(context, verb.run(context), interrupts);
}

}  // namespace

}  // namespace mainstay::ctl

int main(int argc, char** argv) {
  mainstay::ctl::ensure_standard_descriptors();
  return mainstay::ctl::run({argv + (argc > 0 ? 1 : 0), argv + argc});
}
