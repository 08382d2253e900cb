// What is done with archives, each in one go by a worker: look, tidy, delete, add up. None of it
// touches a log that is being written.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "logs/archive_names.h"
#include "logs/inventory.h"

namespace mainstay::logs {

// How the loop speaks to a job that runs.
struct JobSignals {
  std::atomic<bool> stop{false};  // come back now
  std::atomic<bool> more{false};  // there are new archives: come back when a few are compressed
};

struct JobReport {
  std::vector<ArchiveName> newest;  // of each log, when the job began
  std::uint64_t freed = 0;          // bytes of what was deleted
  std::optional<WallTime> next;     // when an archive becomes too old
  std::optional<Error> trouble;     // the first; the rest was done all the same
};

// Clears away what a controller that died has left: unfinished files, plain ones that are
// compressed already, indexes of archives that never came to be. Before any log is cut.
JobReport clear_up(const std::filesystem::path& path, const KeepPolicy& policy);
// Deletes what is not kept, and compresses what is plain and should not be.
JobReport tidy_up(const std::filesystem::path& path, const KeepPolicy& policy, WallTime now,
                  const JobSignals& signals);
// Deletes the oldest archives until so many bytes are free.
JobReport delete_oldest(const std::filesystem::path& path, const KeepPolicy& policy,
                        std::uint64_t bytes);
// Deletes all archives of these logs.
JobReport delete_all_of(const std::filesystem::path& path, const KeepPolicy& policy,
                        const std::vector<std::string>& logs);

Result<Inventory> look_around(const std::filesystem::path& path, const KeepPolicy& policy);

}  // namespace mainstay::logs
