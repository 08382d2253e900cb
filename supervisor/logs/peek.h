// Looking at what waits in a pipe without taking it out: what is read into memory would be lost
// with us.
#pragma once

#include <cstddef>

#include "base/fd.h"

namespace mainstay::logs {

struct Peeked {
  std::size_t bytes = 0;  // from the pipe's next byte on
  bool line_end = false;  // the last of them is a newline
};

struct Counted {
  std::size_t bytes = 0;
  std::size_t lines = 0;  // newlines among them
  bool line_end = false;  // the last of them is one
};

class PipePeek {
 public:
  // Up to and including the first newline, or all that can be seen (at most `limit` and 64 KiB).
  // No bytes: there are none, or the system does not let us look.
  Peeked up_to_line_end(int pipe, std::size_t limit);
  // What can be seen, at most `limit` and 64 KiB. If the system does not let us look, the bytes are
  // right and the lines are not counted.
  Counted count(int pipe, std::size_t limit);

 private:
  bool open();
  // Gives `see` all that can be seen, block by block. False: the system does not let us look.
  template <typename See>
  bool look(int pipe, std::size_t limit, See see);

  UniqueFd in_;  // a pipe of our own for the copy: empty between two calls
  UniqueFd out_;
};

}  // namespace mainstay::logs
