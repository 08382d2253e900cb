// mainstay-controller: everything but being the parent. Started by the keeper, never by hand,
// except for
// `--check`, which the keeper's own --check executes.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "config/diagnostics.h"
#include "config/loader.h"
#include "controller_options.h"
#include "daemon.h"
#include "keeper/protocol.h"
#include "mainstay/exit_codes.h"
#include "start_up_memory.h"
#include "upgrade.h"

namespace mainstay {
namespace {

int check(const ControllerArguments& arguments) {
  const config::Loaded loaded = config::load(arguments.config, config::process_load_options());
  const bool colour = isatty(STDERR_FILENO) == 1;
  fmt::print(stderr, "{}{}", config::render(loaded.diagnostics, colour),
             config::render(loaded.inactive, colour));
  if (!loaded.ecosystem) return static_cast<int>(SupervisorExit::BadUsageOrConfig);
  fmt::print("{}: no errors\n", arguments.config.string());
  return 0;
}

// Signals for the whole supervisor reach the keeper, which tells us; those of the terminal come
// here too.
void ignore_signals() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGXFSZ})
    signal(number, SIG_IGN);
}

// Nobody else may speak to the service manager: services inherit our environment.
std::vector<std::pair<std::string, std::string>> take_manager_variables() {
  std::vector<std::pair<std::string, std::string>> out;
  const auto take = [&out](const char* kept, const char* name) {
    if (const char* value = getenv(kept)) out.emplace_back(name, value);
    unsetenv(kept);
  };
  take(keeper::kKeptSocketVariable, "NOTIFY_SOCKET");
  take(keeper::kKeptWatchdogVariable, "WATCHDOG_USEC");
  return out;
}

// `own_path` is as the keeper found us: the program itself may have been moved away since.
int run(const char* own_path, std::span<char* const> words) {
  auto arguments = parse_controller_arguments(words, geteuid() == 0);
  if (!arguments) {
    fmt::print(stderr, "mainstay-controller: {}\n", arguments.error().message);
    return static_cast<int>(SupervisorExit::BadUsageOrConfig);
  }
  if (arguments->check && arguments->config_fd >= 0)
    return check_takeover(arguments->config_fd, arguments->state_fd);
  if (arguments->check) return check(*arguments);
  if (arguments->keeper_fd < 0) {
    fmt::print(stderr,
               "mainstay-controller: is started by `supervisor`, not by hand; run `supervisor` or "
               "`ctl up`\n");
    return static_cast<int>(SupervisorExit::BadUsageOrConfig);
  }
  arguments->programs = programs_of(own_path);
  arguments->fell_back = getenv(keeper::kFellBackVariable) != nullptr;
  unsetenv(keeper::kFellBackVariable);
  arguments->for_keeper = take_manager_variables();
  set_up_memory();
  ignore_signals();
  return run_daemon(*arguments);
}

}  // namespace
}  // namespace mainstay

int main(int argc, char** argv) {
  return mainstay::run(argv[0], std::span{argv, static_cast<std::size_t>(argc)}.subspan(1));
}
