#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "logs/move.h"

namespace mainstay::logs {

namespace {

constexpr std::size_t kCopyBytes = 64 * 1024;

// One splice that a signal cannot spoil. `offset` may be null for files without a position.
ssize_t splice_once(int pipe, int file, loff_t* offset, std::size_t limit) {
  ssize_t got = 0;
  do {
    got = splice(pipe, nullptr, file, offset, limit, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
  } while (got < 0 && errno == EINTR);
  return got;
}

Moved splice_all(int pipe, int file, loff_t* offset, std::size_t limit) {
  Moved moved{0, MoveEnd::Limit, 0};
  while (moved.bytes < limit) {
    const ssize_t got = splice_once(pipe, file, offset, limit - moved.bytes);
    if (got > 0) {
      moved.bytes += static_cast<std::size_t>(got);
      ++moved.pieces;
      continue;
    }
    moved.end = got == 0 ? MoveEnd::Closed : errno == EAGAIN ? MoveEnd::Empty : MoveEnd::Failed;
    if (moved.end == MoveEnd::Failed) moved.error = errno;
    return moved;
  }
  return moved;
}

// Writes at most `limit` bytes of the front of `held`; what was written is removed from it.
Moved write_held(int file, std::uint64_t offset, std::size_t limit, std::string& held) {
  Moved moved{0, MoveEnd::Limit, 0};
  const std::size_t most = std::min(limit, held.size());
  while (moved.bytes < most) {
    const ssize_t put = pwrite(file, held.data() + moved.bytes, most - moved.bytes,
                               static_cast<off_t>(offset + moved.bytes));
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      moved.end = MoveEnd::Failed;
      moved.error = put < 0 ? errno : ENOSPC;
      break;
    }
    moved.bytes += static_cast<std::size_t>(put);
  }
  held.erase(0, moved.bytes);
  return moved;
}

}  // namespace

Moved splice_to_file(int pipe, int file, std::uint64_t offset, std::size_t limit) {
  auto at = static_cast<loff_t>(offset);
  return splice_all(pipe, file, &at, limit);
}

Moved fill(int pipe, std::size_t limit, std::string& held) {
  held.resize(std::min(limit, kCopyBytes));
  ssize_t got = 0;
  do {
    got = read(pipe, held.data(), held.size());
  } while (got < 0 && errno == EINTR);
  const int error = errno;
  held.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  if (got > 0) return {held.size(), MoveEnd::Limit, 0};
  if (got == 0) return {0, MoveEnd::Closed, 0};
  if (error == EAGAIN) return {0, MoveEnd::Empty, 0};
  return {0, MoveEnd::Failed, error};
}

Moved copy_to_file(int pipe, int file, std::uint64_t offset, std::size_t limit, std::string& held) {
  Moved moved{0, MoveEnd::Limit, 0};
  while (true) {
    const Moved written = write_held(file, offset + moved.bytes, limit - moved.bytes, held);
    moved.bytes += written.bytes;
    moved.end = written.end;
    moved.error = written.error;
    if (written.end == MoveEnd::Failed || moved.bytes >= limit) return moved;
    const Moved got = fill(pipe, limit - moved.bytes, held);
    if (got.end != MoveEnd::Limit) return {moved.bytes, got.end, got.error};
  }
}

Moved hand_on(int pipe, int to, std::size_t limit) {
  return splice_all(pipe, to, nullptr, limit);
}

ssize_t copy_to_pipe(int pipe, int to, std::size_t limit) {
  ssize_t got = 0;
  do {
    got = tee(pipe, to, limit, SPLICE_F_NONBLOCK);
  } while (got < 0 && errno == EINTR);
  return got;
}

std::size_t bytes_waiting(int pipe) {
  int bytes = 0;
  if (ioctl(pipe, FIONREAD, &bytes) != 0 || bytes < 0) return 0;
  return static_cast<std::size_t>(bytes);
}

bool has_ended(int pipe) {
  pollfd now{pipe, POLLIN, 0};
  return poll(&now, 1, 0) == 1 && (now.revents & (POLLHUP | POLLIN)) == POLLHUP;
}

std::size_t pipe_capacity(int pipe) {
  const int capacity = fcntl(pipe, F_GETPIPE_SZ);
  return capacity < 0 ? 0 : static_cast<std::size_t>(capacity);
}

bool resize_pipe(int pipe, std::size_t capacity) {
  return fcntl(pipe, F_SETPIPE_SZ, static_cast<int>(capacity)) >= 0;
}

}  // namespace mainstay::logs
