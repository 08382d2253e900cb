#include "logs/peek.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include "logs/move.h"

namespace mainstay::logs {

namespace {

constexpr std::size_t kMost = 64 * 1024;

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

template <typename See>
bool PipePeek::look(int pipe, std::size_t limit, See see) {
  if (!open()) return false;
  const ssize_t copied = copy_to_pipe(pipe, in_.get(), std::min(limit, kMost));
  if (copied < 0) return errno == EAGAIN;
  std::array<char, 4096> block{};
  for (auto left = static_cast<std::size_t>(copied); left > 0;) {
    const ssize_t got = read_some(out_.get(), block.data(), std::min(left, block.size()));
    if (got <= 0) break;
    left -= static_cast<std::size_t>(got);
    see(std::string_view{block.data(), static_cast<std::size_t>(got)});
  }
  return true;
}

Peeked PipePeek::up_to_line_end(int pipe, std::size_t limit) {
  Peeked peeked;
  look(pipe, limit, [&peeked](std::string_view block) {
    if (peeked.line_end) return;  // only emptying
    const std::size_t newline = block.find('\n');
    peeked.line_end = newline != std::string_view::npos;
    peeked.bytes += peeked.line_end ? newline + 1 : block.size();
  });
  return peeked;
}

Counted PipePeek::count(int pipe, std::size_t limit) {
  Counted counted;
  const bool looked = look(pipe, limit, [&counted](std::string_view block) {
    counted.bytes += block.size();
    counted.lines += static_cast<std::size_t>(std::count(block.begin(), block.end(), '\n'));
    counted.line_end = block.back() == '\n';
  });
  // Not when it was only empty: what came meanwhile has its lines counted the next time.
  if (!looked) counted.bytes = std::min({bytes_waiting(pipe), limit, kMost});
  return counted;
}

}  // namespace mainstay::logs
