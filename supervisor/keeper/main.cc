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
#include "mainstay/endpoint.h"
#include "mainstay/exit_codes.h"
#include "mainstay/version.h"

namespace mainstay::keeper {
namespace {

// The descriptor that `ctl up` waits at.
constexpr const char* kReadyVariable = "MAINSTAY_READY_FD";

// The open descriptor that an environment variable names, or -1.
int descriptor_named_by(const char* variable) {
  const char* text = getenv(variable);
  if (text == nullptr) return -1;
  char* end = nullptr;
  const long fd = strtol(text, &end, 10);
  const bool sound =
      *end == 0 && fd > 2 && fd < INT_MAX && fcntl(static_cast<int>(fd), F_GETFD) >= 0;
  return sound ? static_cast<int>(fd) : -1;
}

int cannot_start(SupervisorExit code, const std::string& why, int ready_fd) {
  say("%s", why.c_str());
  if (ready_fd >= 0) dprintf(ready_fd, "error: %s\n", why.c_str());
  return static_cast<int>(code);
}

// 0, 1 and 2 exist, the rest is closed: nothing that our parent forgot stays open for ever.
void tidy_descriptors(int ready_fd, int handover_fd) {
  while (open("/dev/null", O_RDWR) >= 0 && fcntl(2, F_GETFD) < 0) {
  }
  unsigned from = 3;
  for (const int kept : {std::min(ready_fd, handover_fd), std::max(ready_fd, handover_fd)}) {
    if (kept < 0) continue;
    const auto number = static_cast<unsigned>(kept);
    if (number > from) close_range(from, number - 1, 0);
    fcntl(kept, F_SETFD, FD_CLOEXEC);
    from = number + 1;
  }
  close_range(from, ~0U, 0);
}

std::string controller_path() {
  char self[PATH_MAX] = {};
  if (readlink("/proc/self/exe", self, sizeof self - 1) < 0) return "";
  const std::filesystem::path bin = std::filesystem::path{self}.parent_path();
  return (bin.parent_path() / "libexec" / "mainstay" / "mainstay-controller").string();
}

void raise_file_limit(Inheritance& inherited) {
  getrlimit(RLIMIT_NOFILE, &inherited.files);
  rlimit raised = inherited.files;
  raised.rlim_cur = raised.rlim_max;
  setrlimit(RLIMIT_NOFILE, &raised);
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

std::vector<char*> environment_without_ready() {
  std::vector<char*> out;
  const std::string prefix = std::string{kReadyVariable} + "=";
  for (char** at = environ; *at != nullptr; ++at) {
    if (strncmp(*at, prefix.c_str(), prefix.size()) != 0) out.push_back(*at);
  }
  out.push_back(nullptr);
  return out;
}

std::vector<char*> controller_arguments(std::string& path, char* fd_argument, char** argv) {
  std::vector<char*> out{path.data()};
  for (char** at = argv + 1; *at != nullptr; ++at)
    out.push_back(*at);
  out.push_back(fd_argument);
  out.push_back(nullptr);
  return out;
}

int run_keeper(char** argv, std::string& path, int ready_fd, int handover_fd) {
  Inheritance inherited;
  inherited.keeper_pid = getpid();
  inherited.dev_null = open("/dev/null", O_RDWR | O_CLOEXEC);
  raise_file_limit(inherited);
  leave_oom_line(inherited);
  prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  const int signals = open_signals();
  Table table;
  if (!table.valid() || signals < 0 || inherited.dev_null < 0) {
    const std::string why =
        "cannot start: " + system_error("no memory or descriptors", errno).message;
    return cannot_start(SupervisorExit::CannotStart, why, ready_fd);
  }
  char fd_argument[kFdArgumentBytes] = {};
  std::vector<char*> environment = environment_without_ready();
  std::vector<char*> arguments = controller_arguments(path, fd_argument, argv);
  char** first_environment = ready_fd >= 0 ? environ : environment.data();
  ControllerCommand command{path.c_str(),       arguments.data(),  fd_argument,
                            environment.data(), first_environment, ready_fd};
  Keeper keeper{table, command, inherited, signals, isatty(0) == 1};
  if (handover_fd >= 0) keeper.hold(kHandoverName, handover_fd);
  return keeper.run();
}

int start(int argc, char** argv) {
  const int ready_fd = descriptor_named_by(kReadyVariable);
  const int handover_fd = descriptor_named_by(kHandoverVariable);
  unsetenv(kHandoverVariable);
  tidy_descriptors(ready_fd, handover_fd);
  const auto options = parse_options({argv + 1, argv + argc});
  if (!options) {
    return cannot_start(SupervisorExit::BadUsageOrConfig, options.error().message, ready_fd);
  }
  if (options->help) return fputs(kHelpText.data(), stdout) < 0 ? 1 : 0;
  if (options->version) return printf("supervisor %s\n", kVersion.data()) < 0 ? 1 : 0;
  std::string path = controller_path();
  if (options->check) {
    execv(path.c_str(), argv);
    const std::string why = system_error("cannot run the controller " + path, errno).message;
    return cannot_start(SupervisorExit::CannotStart, why, ready_fd);
  }
  const Endpoint places = default_endpoint(geteuid() == 0, process_environment);
  const std::filesystem::path state_dir = options->state_dir.value_or(places.state_dir.string());
  const auto lock = lock_state_directory(state_dir);
  if (!lock) return cannot_start(SupervisorExit::CannotStart, lock.error().message, ready_fd);
  return run_keeper(argv, path, ready_fd, handover_fd);
}

}  // namespace
}  // namespace mainstay::keeper

int main(int argc, char** argv) {
  return mainstay::keeper::start(argc, argv);
}
