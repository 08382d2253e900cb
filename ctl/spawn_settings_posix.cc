#include "ctl/spawn_settings_posix.h"

#include <fcntl.h>

#include <csignal>

namespace mainstay::ctl {

namespace {

constexpr short kCleanSignals = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;

}  // namespace

SpawnSettings::SpawnSettings(int output) {
  posix_spawn_file_actions_init(&files_);
  posix_spawn_file_actions_addopen(&files_, 0, "/dev/null", O_RDONLY, 0);
  give(output, 1);
  give(output, 2);
  sigset_t all;
  sigset_t none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_init(&attributes_);
  posix_spawnattr_setsigdefault(&attributes_, &all);
  posix_spawnattr_setsigmask(&attributes_, &none);
  posix_spawnattr_setflags(&attributes_, kCleanSignals);
}

SpawnSettings::~SpawnSettings() {
  posix_spawnattr_destroy(&attributes_);
  posix_spawn_file_actions_destroy(&files_);
}

void SpawnSettings::give(int fd, int as) {
  posix_spawn_file_actions_adddup2(&files_, fd, as);
}

void SpawnSettings::detach() {
  posix_spawn_file_actions_addchdir_np(&files_, "/");
  posix_spawnattr_setflags(&attributes_, kCleanSignals | POSIX_SPAWN_SETSID);
}

}  // namespace mainstay::ctl
