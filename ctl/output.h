// Where text goes: a descriptor, written whole, or a string that tests read.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "ctl/terminal.h"

namespace mainstay::ctl {

class Output {
 public:
  // `fd` -1: the text is kept for text().
  Output(int fd, Terminal terminal) : terminal_(terminal), fd_(fd) {}

  void write(std::string_view text) { buffer_.append(text); }
  void line(std::string_view text) { buffer_.append(text).push_back('\n'); }

  // Writes what is buffered. A reader that has gone (EPIPE, as with "| head") is no error: the rest
  // is dropped and gone() is true from then on. Gives up between two writes when a signal came.
  Status flush();

  bool gone() const { return gone_; }
  const Terminal& terminal() const { return terminal_; }
  // After the window changed its size.
  void set_terminal(Terminal terminal) { terminal_ = terminal; }
  const std::string& text() const { return buffer_; }

 private:
  Terminal terminal_;
  std::string buffer_;
  int fd_;
  bool gone_ = false;
};

}  // namespace mainstay::ctl
