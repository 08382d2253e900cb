// The file beside a log of a format, "backend.out.log.raw": what was captured and is not in the log
// yet. Bytes are spliced to its end, so that they are never in the memory of a process that can
// die; its header says up to where they are in the log, and how long the log was then.
//
// The header is a page with two records. publish() writes the older of the two; each carries a
// sequence number and a CRC, and the newest sound one counts. So a death at any instruction, even
// in the middle of that write, leaves the state before or the one after. It is written, not mapped:
// a file that is truncated from outside, or a file system that copies on write and is full, would
// raise SIGBUS in a mapping; here it is an errno.
//
// What is in the log is given back by tidy(): the unfinished rest is copied to the beginning, into
// bytes that nobody needs any more, one record moves the beginning there and names the length to
// which the file has to be cut, then it is cut. Whoever finds such a record does the cut first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/fd.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "logs/directory.h"
#include "logs/move.h"

namespace mainstay::logs {

inline constexpr std::uint64_t kStagingHeader = 4096;

struct StagingState {
  std::uint64_t begin = kStagingHeader;  // the first byte that is not in the log
  std::uint64_t cut = 0;                 // the file has to be cut to this length; 0: no
  std::uint64_t log_end = 0;             // the log's length when all before `begin` was in it
  WallTime line_at;                      // when the byte at `begin` was captured; zero: not known
  RunId run;                             // whose the last bytes are
  bool continues = false;                // the byte at `begin` is inside a line
};

class StagingFile {
 public:
  // Takes a file open for reading and writing. A foreign one starts afresh.
  static Result<StagingFile> open(OpenedFile file);

  const StagingState& state() const { return state_; }
  // Replaces the state in one atomic step; an errno, and then the former one is still in force.
  int publish(const StagingState& state);

  // Bytes that are not in the log yet.
  std::uint64_t waiting() const { return end_ - state_.begin; }
  // The first of them, at most `most`; an errno in `error` if they cannot be read.
  std::string read(std::size_t most, int& error) const;
  // Appends at most `limit` bytes of `pipe`, as LogFile::take does.
  Moved take(int pipe, std::size_t limit, std::string* held);
  // Gives disk space back when it is worth it; an errno. Without success nothing is lost.
  int tidy();

  // Looks for changes from outside: false if the file was deleted. One that was truncated goes on.
  bool look();
  // When it was last written before it was opened.
  WallTime modified() const { return modified_; }
  // Nothing in it says what it held before: it is new, or its header was damaged.
  bool is_new() const { return is_new_; }

 private:
  StagingFile(OpenedFile file);
  int start_afresh();
  int finish_cut();

  UniqueFd fd_;
  std::uint64_t end_ = 0;
  WallTime modified_;
  StagingState state_;
  std::uint64_t sequence_ = 0;
  bool is_new_ = false;
};

}  // namespace mainstay::logs
