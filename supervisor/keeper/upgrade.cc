#include "keeper/upgrade.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdio>
#include <cstdlib>

#include "keeper/protocol.h"
#include "mainstay/endpoint.h"

namespace mainstay::keeper {

namespace {

constexpr const char* kReserve = "MAINSTAY_RESERVE_FD";
constexpr const char* kOldKeeper = "MAINSTAY_OLD_KEEPER_FD";
constexpr const char* kOldController = "MAINSTAY_OLD_CONTROLLER_FD";

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

int take_descriptor(const char* variable) {
  const int fd = descriptor_named_by(variable);
  unsetenv(variable);
  return fd;
}

// 0, 1 and 2 exist, the rest is closed: nothing that our parent forgot stays open for ever.
void tidy_descriptors(std::array<int, 5 + kMostLeft> kept) {
  while (open("/dev/null", O_RDWR) >= 0 && fcntl(2, F_GETFD) < 0) {
  }
  std::sort(kept.begin(), kept.end());
  unsigned from = 3;
  for (const int fd : kept) {
    if (fd < 0) continue;
    const auto number = static_cast<unsigned>(fd);
    if (number > from) close_range(from, number - 1, 0);
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    from = number + 1;
  }
  close_range(from, ~0U, 0);
}

void pass(const char* variable, int fd) {
  char number[16];
  snprintf(number, sizeof number, "%d", fd);
  fcntl(fd, F_SETFD, 0);
  setenv(variable, number, 1);
}

// For another program of ours in this process.
void make_ready(const Inheritance& inherited) {
  unsetenv(kReadyVariable);  // its number may be another descriptor's by now
  restore_limits(inherited);
  restore_oom_score(inherited);
}

}  // namespace

Passed take_passed() {
  Passed passed;
  passed.ready = descriptor_named_by(kReadyVariable);
  passed.handover = take_descriptor(kHandoverVariable);
  passed.reserve = take_descriptor(kReserve);
  passed.old_keeper = take_descriptor(kOldKeeper);
  passed.old_controller = take_descriptor(kOldController);
  const char* from = getenv(kFellBackVariable);
  if (from != nullptr) passed.fell_back_from = from;
  passed.left = take_left();
  tidy_descriptors({passed.ready, passed.handover, passed.reserve, passed.old_keeper,
                    passed.old_controller, passed.left.fds[0], passed.left.fds[1]});
  return passed;
}

void run_new_program(const char* program, char** arguments, const Passed& passed,
                     const Inheritance& inherited) {
  unsetenv(kFellBackVariable);
  pass(kHandoverVariable, passed.handover);
  pass(kReserve, passed.reserve);
  pass(kOldKeeper, passed.old_keeper);
  pass(kOldController, passed.old_controller);
  make_ready(inherited);
  execv(program, arguments);
}

void run_old_program(const char* program, char** arguments, const Passed& passed,
                     const Inheritance& inherited) {
  setenv(kFellBackVariable, program, 1);
  pass(kHandoverVariable, passed.reserve);
  pass(kOldController, passed.old_controller);
  make_ready(inherited);
  fcntl(passed.old_keeper, F_SETFD, FD_CLOEXEC);
  fexecve(passed.old_keeper, arguments, environ);
}

}  // namespace mainstay::keeper
