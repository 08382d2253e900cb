// Bytes from a client, cut into lines of bounded length. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mainstay::control {

class LineBuffer {
 public:
  explicit LineBuffer(std::size_t limit) : limit_(limit) {}

  void append(std::string_view bytes) { bytes_.append(bytes); }
  // The next whole line without its newline (and a carriage return before it).
  std::optional<std::string> take_line();
  bool has_line();
  // The line at the front is longer than the limit, newline included; nothing can be taken any
  // more.
  bool overlong();
  // There is a beginning of a line without its end.
  bool has_partial() const { return !bytes_.empty(); }

 private:
  void scan();

  std::size_t limit_;
  std::string bytes_;
  std::size_t scanned_ = 0;                // of bytes_, known to hold no newline
  std::optional<std::size_t> newline_at_;  // where the first one is
};

}  // namespace mainstay::control
