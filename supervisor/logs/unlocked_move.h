// Moving the output of a busy service without keeping it waiting. While splice(2) moves bytes from
// a pipe to a file it holds the pipe's lock, and whoever writes into the pipe waits for the file.
// Here they are copied first (tee(2): pages change hands, no bytes), written from the copy, and
// taken off the pipe last, so the service goes on printing meanwhile.
//
// Between the last two steps the bytes are in the log and still in the pipe. So that nobody who
// comes after a sudden death writes them again, a note on disk says at any moment how far it is:
//   Writing   what the log holds beyond `offset` is still in the pipe
//   Written   so are `bytes` bytes, but for those in the sink: a pipe of our own which they are
//             moved into in one step, and whose other end the keeper holds
//   Idle      nothing is in two places
// Only if controller and keeper die together, within the microseconds in which the bytes are taken
// off, nobody can tell any more: they are written again then, rather than lost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/fd.h"
#include "logs/move.h"

namespace mainstay::logs {

// What outlives a controller of such moves.
struct UnlockedPlaces {
  std::filesystem::path note;                   // a file; empty: there are no such moves
  std::string boot_id;                          // pipes and what is said about them are of one boot
  std::shared_ptr<const UniqueFd> former_sink;  // what the former controller had kept; may be null
  std::function<void(int fd)> keep_sink;
};

// The log that is written, as it is now.
struct LogPlace {
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
};

class UnlockedMoves {
 public:
  // `capacity`: of our own pipes, so of one move.
  UnlockedMoves(UnlockedPlaces places, std::size_t capacity);

  // As splice_to_file(), to the end of the log; by that when it cannot be done better.
  Moved move(int pipe, int file, const LogPlace& log, std::size_t limit);

  // Before anything is moved from a pipe that a former controller may have moved from: takes off it
  // what is in the log already. `log`: nothing when there is none of that name.
  void recover(int pipe, const std::optional<LogPlace>& log);
  // Whether there is something to recover of that pipe.
  bool left_open(int pipe) const;
  // All pipes of the former controller are here: until then the note is not written over.
  void forget_former() { left_.reset(); }

 private:
  enum class Phase : std::uint32_t { Idle, Writing, Written };
  // As it is in the file: of one kernel, so in its own byte order.
  struct Note {
    char magic[8] = {};
    char boot_id[40] = {};
    std::uint32_t version = 1;
    Phase phase = Phase::Idle;
    std::uint64_t pipe = 0;  // inodes
    std::uint64_t log = 0;
    std::uint64_t sink = 0;
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
  };
  struct OwnPipe {
    UniqueFd in;
    UniqueFd out;
    bool open(std::size_t capacity);
  };

  bool open();
  bool write_note(Phase phase, std::uint64_t bytes);
  std::size_t bytes_left_in(int pipe, const std::optional<LogPlace>& log) const;
  void take_off(int pipe, std::size_t bytes);
  void empty(const OwnPipe& pipe) const;

  UnlockedPlaces places_;
  std::size_t capacity_;
  bool usable_;
  UniqueFd note_file_;
  UniqueFd nowhere_;
  OwnPipe copy_;
  OwnPipe sink_;
  Note note_;
  std::optional<Note> left_;  // what the former controller was in the middle of
};

}  // namespace mainstay::logs
