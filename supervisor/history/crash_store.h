// Crash records on disk: <state dir>/crashes/<service>.jsonl, one JSON object a line, for the
// supervisor's user alone. The newest kKeptCrashes of each service are kept.
//
// A record is appended, and now and then the file is replaced by a shorter one, whole, so a reader
// may come at any time. A last line that is cut (we may be killed while writing it) is dropped.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "history/crash_record.h"

namespace mainstay::history {

inline constexpr std::size_t kKeptCrashes = 20;

// The newest first, at most kKeptCrashes; none when nothing was ever kept. `service` is a declared
// name. Any thread.
Result<std::vector<CrashRecord>> read_crashes(const std::filesystem::path& state_dir,
                                              const std::string& service);

// The only writer of the directory. One thread at a time.
class CrashStore {
 public:
  // `notice` is told of files that were set aside because they could not be used: nothing but the
  // oldest records is ever deleted.
  CrashStore(std::filesystem::path state_dir, std::function<void(const std::string&)> notice);

  // On an error the file is as it was.
  Status append(const CrashRecord& record);

 private:
  Status shorten(int directory, const std::string& service);

  std::filesystem::path state_dir_;
  std::function<void(const std::string&)> notice_;
  std::map<std::string, std::size_t> counts_;  // of lines, in the files that were looked at
};

}  // namespace mainstay::history
