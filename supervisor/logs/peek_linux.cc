#include "logs/peek.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace mainstay::logs {

namespace {

constexpr std::size_t kMost = 64 * 1024;

ssize_t copy(int from, int to, std::size_t limit) {
  ssize_t got = 0;
  do {
    got = tee(from, to, limit, SPLICE_F_NONBLOCK);
  } while (got < 0 && errno == EINTR);
  return got;
}

ssize_t read_some(int fd, char* to, std::size_t most) {
  ssize_t got = 0;
  do {
    got = read(fd, to, most);
  } while (got < 0 && errno == EINTR);
  return got;
}

}  // namespace

bool PipePeek::open() {
  if (in_) return true;
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return false;
  out_.reset(ends[0]);
  in_.reset(ends[1]);
  return true;
}

Peeked PipePeek::up_to_line_end(int pipe, std::size_t limit) {
  if (!open()) return {};
  const ssize_t copied = copy(pipe, in_.get(), std::min(limit, kMost));
  if (copied <= 0) return {};
  Peeked peeked;
  std::array<char, 4096> block{};
  for (auto left = static_cast<std::size_t>(copied); left > 0;) {
    const ssize_t got = read_some(out_.get(), block.data(), std::min(left, block.size()));
    if (got <= 0) break;
    left -= static_cast<std::size_t>(got);
    if (peeked.line_end) continue;  // only emptying
    const void* newline = std::memchr(block.data(), '\n', static_cast<std::size_t>(got));
    peeked.line_end = newline != nullptr;
    peeked.bytes +=
        newline != nullptr
            ? static_cast<std::size_t>(static_cast<const char*>(newline) - block.data()) + 1
            : static_cast<std::size_t>(got);
  }
  return peeked;
}

}  // namespace mainstay::logs
