// A log of the formats text and json: bytes go from the pipe into the staging file by splice, and
// from there, line by line, into the log. Each printed line is in the log exactly once whatever
// dies when:
//
//   1. splice to the end of the staging file: its size is the truth.
//   2. format the complete lines behind `begin` and append them to the log.
//   3. publish {begin behind them, log_end behind what was appended} in one step.
//
// A death between 2 and 3 leaves a log that is longer than `log_end` says: it is cut back, and the
// lines are formatted again. A log that is shorter than that, or new because it was rotated,
// truncated or deleted, gets its size published before the first byte is appended.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/ids.h"
#include "logs/directory.h"
#include "logs/line_formatter.h"
#include "logs/log_file.h"
#include "logs/staging_file.h"

namespace mainstay::logs {

// One turn of a pipe.
struct Intake {
  int pipe = -1;
  RunId run;
  std::size_t limit = 0;
  WallTime at;
  std::string* held = nullptr;  // as for LogFile::take
  bool last_words = false;      // the run has ended: a line without a newline is complete, too
  std::uint64_t cut_at = UINT64_MAX;  // the log is to be cut when it has this size
};

class FormattedLog {
 public:
  FormattedLog(StagingFile staging, LineShape shape)
      : staging_(std::move(staging)), shape_(std::move(shape)) {}

  // Like LogFile::take; `log` is the open log as it is now. When it fails, what had been taken
  // before is in the staging file and follows with the next turn, which takes nothing new before
  // that.
  Moved take(const Intake& intake, LogFile& log);
  // Complete lines are staged that the log could not take, or that belong into the next one because
  // it has reached `cut_at`. Then take() has not said that the pipe is empty: ask again.
  bool is_behind() const { return behind_; }
  // Writes all that is staged, an unfinished line as a line of its own; an errno.
  int finish(LogFile& log, WallTime at);
  // Takes back what a former controller appended and could not publish, which has to happen before
  // the log is cut: else it would be in both files.
  int recover(LogFile& log);

  // False if the staging file was deleted: finish() and open it anew.
  bool look() { return staging_.look(); }
  const LineShape& shape() const { return shape_; }
  // How many of the lines that went into the log since the last time say they are errors.
  std::uint64_t take_errors() { return std::exchange(errors_, 0); }

 private:
  struct Lines {
    CaptureTimes times;
    RunId run;
    bool at_end = false;
    std::uint64_t cut_at = UINT64_MAX;
  };
  bool looks_unpublished(const LogFile& log) const;
  int settle(const Intake& intake, LogFile& log);
  int write_lines(LogFile& log, const Lines& which);
  int append_and_publish(LogFile& log, const Formatted& lines, const CaptureTimes& times,
                         RunId run);
  WallTime time_of_rest(WallTime otherwise) const;

  StagingFile staging_;
  LineShape shape_;
  bool recovered_ = false;  // the log's end is the one that was published
  bool behind_ = false;
  std::uint64_t errors_ = 0;
};

// Opens them when they are needed, and closes the least recently used one when there are too many.
class FormattedLogs {
 public:
  FormattedLogs(Directory& directory, std::size_t limit) : directory_(directory), limit_(limit) {}

  // For the log of that name, which is open; valid until the next call.
  Result<FormattedLog*> get(const std::string& name, const LineShape& shape, LogFile& log,
                            WallTime at);

 private:
  struct Open {
    FormattedLog log;
    std::uint64_t used = 0;
  };
  void close_least_recent();
  Result<OpenedFile> open_with_room(const std::string& name);

  Directory& directory_;
  std::size_t limit_;
  std::uint64_t uses_ = 0;
  std::unordered_map<std::string, Open> open_;
};

}  // namespace mainstay::logs
