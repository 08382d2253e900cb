// What a supervisor leaves on disk for the next one: what people wished, and which processes to
// look for if it should die with its keeper. Two generations, each written whole and renamed into
// its place. Any thread, one at a time for one directory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace mainstay::process {

// A run that was alive when the file was written.
struct SavedRun {
  RunId run;
  std::string instance;          // canonical name
  int pid = 0;                   // of its main process
  std::uint64_t start_time = 0;  // of that, in clock ticks since boot; 0: not known
  std::uint64_t out_pipe = 0;    // inodes of its output pipes; 0: none
  std::uint64_t err_pipe = 0;
  int notify_fd = 0;              // the number of its notification descriptor; 0: none
  std::uint64_t notify_pipe = 0;  // and the inode of that
  bool operator==(const SavedRun&) const = default;
};

struct SavedState {
  std::string boot_id;
  bool all_stopped = false;  // in an orderly way: nothing is to be looked for
  std::vector<std::pair<std::uint32_t, std::string>> records;  // of the StateStore, by slot
  std::vector<SavedRun> runs;
};

inline constexpr std::string_view kStateFile = "run.state";

std::string encode(const SavedState& state);
// An error for another version, a bad checksum and bytes that do not add up.
Result<SavedState> decode_saved_state(std::string_view bytes);

// Replaces the file (mode 0600); what was there becomes the earlier generation. On an error both
// are as they were.
Status write_state_file(const std::filesystem::path& state_dir, std::string_view bytes);
// The latest generation that can be read; an empty state when there is none. What cannot be read is
// never deleted: it is set aside, and `on_notice` is told where.
SavedState read_state_file(const std::filesystem::path& state_dir,
                           const std::function<void(const std::string&)>& on_notice);

// Of this boot of the machine (proc(5), random/boot_id); empty when that cannot be told.
std::string current_boot_id();

}  // namespace mainstay::process
