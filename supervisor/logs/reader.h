// The last lines of logs, merged in time order. Reads backwards in blocks of 64 KiB, so the size of
// a file does not matter and memory is bounded by the request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "logs/directory.h"
#include "logs/line.h"

namespace mainstay::logs {

// Where a reader stands in one file: the next byte to give.
struct Position {
  std::uint64_t offset = 0;
  std::uint64_t inode = 0;  // 0: there was no file yet
  bool continued = false;   // the byte is inside a line whose beginning was given already
};

struct Tail {
  std::vector<Line> lines;  // oldest first
  std::vector<Position>
      positions;  // for each source, where a Follower goes on without gap or overlap
  std::uint64_t bytes_read = 0;
  bool cut = false;  // fewer lines than asked for, because of `max_bytes`
};

struct TailLimits {
  std::size_t lines = 50;
  std::size_t max_bytes = 4 * 1024 * 1024;  // of text in all; older lines are left out
};

// The last `limits.lines` lines over all sources together. Lines of one file keep their order
// whatever the clock did; equal times go by the order of `sources`. The last line of a file, if it
// has no newline yet, comes as partial. A file that is missing or cannot be read has no lines.
Tail tail(const Directory& directory, std::span<const Source> sources, TailLimits limits = {});

}  // namespace mainstay::logs
