// Moving bytes out of a pipe, and what a pipe can hold. Nothing here waits.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace mainstay::logs {

// How a move ended, besides the bytes it moved.
enum class MoveEnd : std::uint8_t {
  Limit,   // as much as was asked for; there may be more
  Empty,   // the pipe holds no more just now
  Closed,  // the pipe is empty and nobody has its write end any more
  Failed,  // the file cannot take more: `error` says why; the bytes are still in the pipe
  Vacant,  // the log was renamed and there is no next one yet; the same
};

struct Moved {
  std::size_t bytes = 0;
  MoveEnd end = MoveEnd::Empty;
  int error = 0;   // an errno
  int pieces = 0;  // of splice_to_file: how many it took; a writer of short lines gives small ones
};

// At most `limit` bytes from the non-blocking `pipe` into `file` at `offset`, by the kernel alone:
// at no moment are bytes out of the pipe and not in the file. EINVAL: this file system does not
// know splice.
Moved splice_to_file(int pipe, int file, std::uint64_t offset, std::size_t limit);
// The same through `held`, where bytes wait that the file did not take: they go first in the next
// call. A process that dies in the middle may lose the 64 KiB that are in memory.
Moved copy_to_file(int pipe, int file, std::uint64_t offset, std::size_t limit, std::string& held);
// Fills the empty `held` from the pipe, for copy_to_file; `bytes` is what was read.
Moved fill(int pipe, std::size_t limit, std::string& held);
// At most `limit` bytes into `to`, which is open on /dev/null or another pipe: pages change hands,
// and what fits is moved in one step that no signal, not even KILL, interrupts.
Moved hand_on(int pipe, int to, std::size_t limit);
// Copies at most `limit` bytes into the pipe `to` without taking them out; as tee(2) returns.
ssize_t copy_to_pipe(int pipe, int to, std::size_t limit);

// Bytes in the pipe now (FIONREAD); 0 if it cannot be told.
std::size_t bytes_waiting(int pipe);
// Whether it is empty and nobody has its write end any more.
bool has_ended(int pipe);
std::size_t pipe_capacity(int pipe);
// Sets the capacity; false if the user's budget or the system does not allow it.
bool resize_pipe(int pipe, std::size_t capacity);

}  // namespace mainstay::logs
