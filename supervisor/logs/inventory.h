// What of a log directory is ours: the logs that are written and the archives of each. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "logs/archive_names.h"
#include "logs/directory.h"
#include "model/ecosystem.h"

namespace mainstay::logs {

// What the ecosystem file says of keeping archives.
struct KeepPolicy {
  std::map<std::string, model::RotateSpec, std::less<>> programs;  // services and jobs, by name
  std::uint64_t total_size = 0;                                    // logs, archives and indexes

  // Of the program that writes `log`; null: there is none (any more).
  const model::RotateSpec* declared(std::string_view log) const;
};
// With the supervisor's own log, which is kept like that of a program called "supervisor".
KeepPolicy keep_policy(const model::Ecosystem& ecosystem);
// How supervisor.log is kept.
model::RotateSpec own_log_rotation();

struct Archive {
  std::string log;
  WallTime at;  // by its name
  bool plain = false;
  bool compressed = false;
  bool indexed = false;
  std::uint64_t bytes = 0;  // all its files
  WallTime modified;        // when its last byte was captured

  std::string file_name() const { return archive_file_name(log, at); }
};

struct LiveLog {
  std::uint64_t bytes = 0;  // with its index
  WallTime modified;
};

struct Inventory {
  std::map<std::string, LiveLog, std::less<>> live;  // by name of the log
  std::vector<Archive> archives;                     // by log, each oldest first
  std::vector<std::string> unfinished;               // files whose writer died
  std::vector<std::string> stray_indexes;            // of archives that do not exist

  std::uint64_t bytes() const;
};

// A file is ours when its name is as we write one and a program of that name is declared, or, for
// programs that are no longer, when there is an index beside it: nobody else makes these.
Inventory take_inventory(std::span<const DirectoryEntry> entries, const KeepPolicy& policy);

}  // namespace mainstay::logs
