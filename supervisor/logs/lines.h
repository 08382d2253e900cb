// Where lines begin and end in a log file, found from either side with the same result: a line of
// up to kMaxLine bytes is whole, a longer one is cut at the multiples of kMaxLine in the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logs/line.h"

namespace mainstay::logs {

struct RawLine {
  std::uint64_t begin = 0;  // offset of its first byte
  std::uint64_t end = 0;    // offset of what follows, its newline included
  std::string_view text;    // without the newline
  bool partial = false;     // no newline at its end
  bool continued = false;   // begins inside a long line
};

// The first line in `bytes`, which begin at `offset`. Nothing if its end is not among them and it
// may still be short enough to be whole; with kMaxLine + 1 bytes there is always an answer.
std::optional<RawLine> first_line(std::string_view bytes, std::uint64_t offset);

// A line of `source`, as people get it: of the formats text and json the message, as it was
// printed. A line that is not of its log's format (an older one) is given as it is.
Line make_line(const Source& source, const RawLine& raw, WallTime at);

// A line in the order in which lines of several files are shown.
struct OrderedLine {
  WallTime key;            // its time, corrected so that no line of a file overtakes another
  std::size_t source = 0;  // decides between equal keys, then the place in the file
  RawLine raw;             // its text is not valid any more
  Line line;
};
bool is_earlier(const OrderedLine& a, const OrderedLine& b);

// Gives the lines of an open file from its end to its beginning. Reads blocks of 64 KiB at
// multiples of that and holds three at most.
class BackwardLines {
 public:
  // `fd` is open as long as this lives; `size` is where the last line ends.
  BackwardLines(int fd, std::uint64_t size) : fd_(fd), end_(size), low_(size) {}

  // The text is valid until the next call. Ends early if the file became shorter meanwhile.
  std::optional<RawLine> previous();
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  bool load_down_to(std::uint64_t offset);
  bool load_block();

  int fd_;
  std::uint64_t end_;  // what lies before is still to be given
  std::uint64_t low_;  // offset of the window's first byte
  std::string window_;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace mainstay::logs
