// A configuration that may take the place of the one in force, read and judged: a file as it is on
// disk, or what was in force before.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/fd.h"
#include "config/former.h"
#include "config/loader.h"
#include "control/configuration.h"

namespace mainstay {

// What to read, then what was found. load() is for a worker: it reads files.
struct ConfigReading {
  std::filesystem::path file;                    // what is read; of a rollback, what was found
  std::optional<std::filesystem::path> log_dir;  // that must not be another one: --log-dir
  bool rollback = false;
  UniqueFd former_fd;         // what the former controller left (kFormerConfigName)
  std::string in_force_hash;  // for a rollback

  config::Loaded loaded;
  std::string sources;
  std::string hash;
  std::optional<control::Rollback> rolls_back{};
  std::optional<control::RpcFailure> problem{};
  std::string why{};  // the same, in a line

  void load();

 private:
  void load_former();
  void judge();
  void report();
};

// What the former controller left as kFormerConfigName; an error when there is no such thing.
Result<config::Former> read_former(const UniqueFd& fd);

}  // namespace mainstay
