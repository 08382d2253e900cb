// When a log is cut, and cutting it: a log that is due is renamed at the end of a line, and the
// next byte opens a new one (cut.h). Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"
#include "base/time.h"
#include "logs/archive_names.h"
#include "logs/directory.h"
#include "logs/log_file.h"
#include "logs/peek.h"
#include "model/service_spec.h"

namespace mainstay::logs {

enum class RotationCause : std::uint8_t {
  Size,     // rotate.size is reached
  Day,      // rotate.daily, and its first byte is of an earlier day
  Asked,    // by a person
  Flush,    // it is to be thrown away
  Outside,  // somebody else has renamed or deleted it
};
std::string_view to_string(RotationCause cause);

// A log that has another name now.
struct Rotated {
  std::string file;     // what it was called: "backend.out.log"
  std::string archive;  // empty: it was deleted, or its name cannot be told
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  RotationCause cause = RotationCause::Size;
};

// What became of the wish that a log be cut.
struct RotateAnswer {
  enum class Kind : std::uint8_t {
    Rotated,
    Waits,  // its last line has no end yet: it is cut as soon as it has
    Empty,  // there is nothing in it
    Failed
  };
  Kind kind = Kind::Empty;
  std::string archive;  // of Rotated
  Error error;          // of Failed
};

class Rotation {
 public:
  // A due log whose line does not end is cut after so many bytes more.
  static constexpr std::uint64_t kLongestEnd = 1024 * 1024;

  Rotation(Directory& directory, OpenLogs& logs) : directory_(directory), logs_(logs) {}

  // What archives there are: nothing is cut before this is known, so that names stay in order.
  void know(std::span<const ArchiveName> archives);
  bool ready() const { return ready_; }
  // How many logs were cut so far.
  std::uint64_t cuts() const { return cuts_; }

  // Before and after bytes are moved into `log`: cuts it if it is due and at the end of a line.
  // True: it was cut, and `log` is gone.
  bool cut_if_due(const std::string& file, LogFile& log, const model::RotateSpec& spec,
                  WallTime now);
  // How much of `limit` may be moved into `log` in one piece: what fits, or in a due log what is
  // left of the line. `held`: where bytes wait that were read from the pipe; null: they are
  // spliced.
  std::size_t next_piece(const std::string& file, const LogFile& log, const model::RotateSpec& spec,
                         int pipe, std::string* held, std::size_t limit);

  // Now, or at the end of the line if somebody may still write it. Once ready().
  RotateAnswer rotate(const std::string& file, RotationCause cause, bool has_writer, WallTime now);
  // Nobody writes into `file` any more, so that a line that a person or the day waits for cannot
  // end.
  void writer_gone(const std::string& file, WallTime now);
  // Whether the first byte of `file` is of a day before `now`.
  bool is_of_another_day(const std::string& file, WallTime now) const;

  // Must only enqueue, or read.
  void set_on_rotation(std::function<void(const Rotated&)> callback) {
    on_rotation_ = std::move(callback);
  }
  // A log that is due and cannot be cut: it goes on, and is tried again after ten seconds.
  void set_on_failure(std::function<void(const Error&)> callback) {
    on_failure_ = std::move(callback);
  }

 private:
  struct Due {
    RotationCause cause = RotationCause::Size;
    std::uint64_t size = 0;  // of the log when it became due
    std::optional<WallTime> failed;
  };

  Due* due(const std::string& file, LogFile& log, const model::RotateSpec& spec, WallTime now);
  Due* known_due(const std::string& file, std::uint64_t size);
  Result<std::string> cut(const std::string& file, std::uint64_t inode, std::uint64_t size,
                          RotationCause cause, WallTime now);
  Result<std::string> rename_log(const std::string& file, WallTime now);

  Directory& directory_;
  OpenLogs& logs_;
  ArchiveTimes times_;
  PipePeek peek_;
  bool ready_ = false;
  std::uint64_t cuts_ = 0;
  std::unordered_map<std::string, Due> due_;
  std::function<void(const Rotated&)> on_rotation_;
  std::function<void(const Error&)> on_failure_;
};

}  // namespace mainstay::logs
