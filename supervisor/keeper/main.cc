// supervisor: the keeper's start. Everything that may allocate happens here, before Keeper::run().
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "keeper/keeper.h"
#include "keeper/lock.h"
#include "keeper/options.h"
#include "keeper/say.h"
#include "keeper/service_manager.h"
#include "keeper/upgrade.h"
#include "mainstay/endpoint.h"
#include "mainstay/exit_codes.h"
#include "mainstay/version.h"

namespace mainstay::keeper {
namespace {

// For tests that kill many controllers: the next one is started without a pause.
constexpr const char* kAtOnceVariable = "MAINSTAY_TEST_CONTROLLER_AT_ONCE";
// For tests of drain mode: how many seconds the first one lasts.
constexpr const char* kDrainVariable = "MAINSTAY_TEST_DRAIN_SECONDS";

int cannot_start(SupervisorExit code, const std::string& why, int ready_fd) {
  say("%s", why.c_str());
  if (ready_fd >= 0) dprintf(ready_fd, "error: %s\n", why.c_str());
  return static_cast<int>(code);
}

// Where our program is installed, and the next version of it will be, too.
std::filesystem::path own_path(const Passed& passed) {
  if (!passed.fell_back_from.empty()) return passed.fell_back_from;
  char self[PATH_MAX] = {};
  if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) return "";
  return std::filesystem::path{self}.parent_path() / "supervisor";
}

std::string controller_path(const std::filesystem::path& own) {
  return own.parent_path().parent_path() / "libexec" / "mainstay" / "mainstay-controller";
}

void raise_file_limit(Inheritance& inherited) {
  getrlimit(RLIMIT_NOFILE, &inherited.files);
  rlimit raised = inherited.files;
  raised.rlim_cur = raised.rlim_max;
  setrlimit(RLIMIT_NOFILE, &raised);
}

// Our core, and that of our controller, would have the secrets of all services in it. 1 byte is too
// little for a file, and is also what keeps Linux from piping a core to a program, which it does
// whatever the limit, but for this one (fs/coredump.c); 0 does not.
void set_core_limit(Inheritance& inherited, bool wanted) {
  getrlimit(RLIMIT_CORE, &inherited.core);
  rlimit limit = inherited.core;
  limit.rlim_cur = wanted ? limit.rlim_max : std::min<rlim_t>(1, limit.rlim_max);
  setrlimit(RLIMIT_CORE, &limit);
}

// As root: the last to go when memory runs out. What it was is for the children.
void leave_oom_line(Inheritance& inherited) {
  if (geteuid() != 0) return;
  const int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  char before[sizeof inherited.oom_score] = {};
  const bool known = read(fd, before, sizeof before - 1) > 0;
  if (known && pwrite(fd, "-999", 4, 0) == 4) memcpy(inherited.oom_score, before, sizeof before);
  close(fd);
}

// What controllers start with; `kept` must live as long. The first one gets the ready pipe.
std::vector<char*> controller_environment(std::vector<std::string>& kept, bool with_ready) {
  std::vector<char*> out;
  const std::string prefix = std::string{kReadyVariable} + "=";
  for (char** at = environ; *at != nullptr; ++at) {
    const bool is_ready = strncmp(*at, prefix.c_str(), prefix.size()) == 0;
    if (!is_from_service_manager(*at) && (with_ready || !is_ready)) out.push_back(*at);
  }
  for (std::string& entry : kept)
    out.push_back(entry.data());
  out.push_back(nullptr);
  return out;
}

CrashPace crash_pace() {
  CrashPace pace;
  pace.at_once = getenv(kAtOnceVariable) != nullptr;
  const char* seconds = getenv(kDrainVariable);
  if (seconds != nullptr) pace.quiet = strtol(seconds, nullptr, 10) * kSecondNs;
  return pace;
}

// The one before the last is for ControllerCommand::mode_argument.
std::vector<char*> controller_arguments(std::string& path, char* fd_argument, char** argv) {
  std::vector<char*> out{path.data()};
  for (char** at = argv + 1; *at != nullptr; ++at)
    out.push_back(*at);
  out.push_back(fd_argument);
  out.push_back(nullptr);
  out.push_back(nullptr);
  return out;
}

int run_keeper(char** argv, const std::string& self, const Passed& passed, bool core_wanted) {
  const int ready_fd = passed.ready;
  Inheritance inherited;
  inherited.keeper_pid = getpid();
  inherited.dev_null = open("/dev/null", O_RDWR | O_CLOEXEC);
  raise_file_limit(inherited);
  set_core_limit(inherited, core_wanted);
  leave_oom_line(inherited);
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  const int signals = open_signals();
  Table table;
  if (!table.valid() || signals < 0 || inherited.dev_null < 0) {
    const std::string why =
        "cannot start: " + system_error("no memory or descriptors", errno).message;
    return cannot_start(SupervisorExit::CannotStart, why, ready_fd);
  }
  std::string path = controller_path(self);
  char fd_argument[kFdArgumentBytes] = {};
  std::vector<std::string> kept = kept_entries();
  std::vector<char*> environment = controller_environment(kept, false);
  std::vector<char*> first_environment = controller_environment(kept, ready_fd >= 0);
  std::vector<char*> arguments = controller_arguments(path, fd_argument, argv);
  ControllerCommand command;
  command.path = path.c_str();
  command.arguments = arguments.data();
  command.fd_argument = fd_argument;
  command.environment = environment.data();
  command.first_environment = first_environment.data();
  command.ready_fd = ready_fd;
  command.mode_argument = &arguments[arguments.size() - 2];
  command.pace = crash_pace();
  if (!passed.fell_back_from.empty()) command.program_fd = passed.old_controller;
  const Program program{self.c_str(), argv, passed};
  Keeper keeper{table,   command,       program, inherited, ServiceManager::from_environment(),
                signals, isatty(0) == 1};
  return keeper.run();
}

int start(int argc, char** argv) {
  const Passed passed = take_passed();
  const int ready_fd = passed.ready;
  const auto options = parse_options({argv + 1, argv + argc});
  if (!options) {
    return cannot_start(SupervisorExit::BadUsageOrConfig, options.error().message, ready_fd);
  }
  if (options->help) return fputs(kHelpText.data(), stdout) < 0 ? 1 : 0;
  if (options->version) return printf("supervisor %s\n", kVersion.data()) < 0 ? 1 : 0;
  const std::string self = own_path(passed);
  if (options->check) {
    const std::string path = controller_path(self);
    execv(path.c_str(), argv);
    const std::string why = system_error("cannot run the controller " + path, errno).message;
    return cannot_start(SupervisorExit::CannotStart, why, ready_fd);
  }
  const Endpoint places = default_endpoint(geteuid() == 0, process_environment);
  const std::filesystem::path state_dir = options->state_dir.value_or(places.state_dir.string());
  const auto lock = lock_state_directory(state_dir);
  if (!lock) return cannot_start(SupervisorExit::CannotStart, lock.error().message, ready_fd);
  return run_keeper(argv, self, passed, options->core);
}

}  // namespace
}  // namespace mainstay::keeper

int main(int argc, char** argv) {
  return mainstay::keeper::start(argc, argv);
}
