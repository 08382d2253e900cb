// How ctl starts another program: with what a new program expects, and nothing of ctl's own.
#pragma once

#include <spawn.h>

namespace mainstay::ctl {

// Standard input is empty, output and errors go to `output`, no signal is ignored or blocked.
class SpawnSettings {
 public:
  explicit SpawnSettings(int output);
  ~SpawnSettings();
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  void give(int fd, int as);
  // In a session of its own, and in a folder that is never in the way.
  void detach();

  const posix_spawn_file_actions_t* files() const { return &files_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

}  // namespace mainstay::ctl
