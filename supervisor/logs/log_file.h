// One log that is open for writing, with its index; and the set of those that are open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/fd.h"
#include "base/result.h"
#include "base/time.h"
#include "logs/directory.h"
#include "logs/index.h"
#include "logs/move.h"
#include "logs/unlocked_move.h"

namespace mainstay::logs {

class LogFile {
 public:
  // An index that cannot be opened costs the times of the lines, not the log.
  LogFile(OpenedFile log, UniqueFd index);

  // Appends at most `limit` bytes of `pipe` and notes their time: by splice, through `held`
  // (copy_to_file), or the unlocked way.
  Moved take(int pipe, std::size_t limit, WallTime at);
  Moved take(int pipe, std::size_t limit, WallTime at, std::string& held);
  Moved take(int pipe, std::size_t limit, WallTime at, UnlockedMoves& unlocked);

  // Appends all of `bytes`, captured at `at`, or nothing: an errno.
  int append(std::string_view bytes, WallTime at);
  // Takes back what was appended beyond `size`; an errno.
  int take_back(std::uint64_t size);
  // What it holds from `offset` on, at most `length` bytes; less at the end or when it cannot be
  // read.
  std::string read(std::uint64_t offset, std::size_t length) const;

  // Compares with what stands at its name now, for outside changes: false if that is another file,
  // or none, so it must be opened anew. A file that became shorter (copytruncate) goes on at its
  // new end, a longer one too.
  bool look(const Result<OpenedFile>& at_name);
  // Whether it still has a name somewhere: renamed, not deleted.
  bool has_name() const;
  std::uint64_t truncations() const { return truncations_; }

  std::uint64_t size() const { return end_; }
  std::uint64_t inode() const { return inode_; }
  int descriptor() const { return log_.get(); }
  // Whether its last byte is a newline. Reads it.
  bool ends_in_line() const;
  // When its first byte was captured, as far as the index knows.
  std::optional<WallTime> begun() const { return index_.first_time(); }

 private:
  Moved taken(const Moved& moved, WallTime at);

  UniqueFd log_;
  IndexWriter index_;
  std::uint64_t inode_;
  std::uint64_t end_;
  std::uint64_t truncations_ = 0;
};

// What becomes of an open log that was renamed, when nothing stands at its name.
enum class IfRenamed : std::uint8_t { Replace, Wait };

// Opens logs when they are needed and closes the least recently used one when there are too many.
class OpenLogs {
 public:
  OpenLogs(Directory& directory, std::size_t limit) : directory_(directory), limit_(limit) {}

  // The open log of that name, valid until the next call. Out of descriptors, others are closed for
  // it. Null, with Wait: it was renamed, and who did that may be about to make the next one
  // (logrotate's `create`, which moves away what is there before).
  Result<LogFile*> get(const std::string& name, IfRenamed then = IfRenamed::Replace);
  // Closes it, if it is open: it has another name now.
  void forget(const std::string& name);
  // Told of a log that get() found renamed or deleted by somebody else, before it is closed.
  void set_on_replaced(std::function<void(const std::string& name, const LogFile& log)> callback) {
    on_replaced_ = std::move(callback);
  }

  std::size_t count() const { return open_.size(); }
  std::uint64_t truncations() const;

 private:
  struct Open {
    std::unique_ptr<LogFile> file;
    std::uint64_t used = 0;
  };

  Result<LogFile*> open(const std::string& name);
  Result<OpenedFile> open_with_room(const std::string& name);
  void close_least_recent();
  void close(std::unordered_map<std::string, Open>::iterator position);

  Directory& directory_;
  std::size_t limit_;
  std::uint64_t uses_ = 0;
  std::uint64_t truncations_ = 0;  // of files that are closed again
  std::unordered_map<std::string, Open> open_;
  std::function<void(const std::string&, const LogFile&)> on_replaced_;
};

}  // namespace mainstay::logs
