#include "control/line_buffer.h"

namespace mainstay::control {

void LineBuffer::scan() {
  if (newline_at_) return;
  const auto found = bytes_.find('\n', scanned_);
  if (found == std::string::npos) {
    scanned_ = bytes_.size();
  } else {
    newline_at_ = found;
  }
}

bool LineBuffer::has_line() {
  scan();
  return newline_at_ && *newline_at_ < limit_;
}

bool LineBuffer::overlong() {
  scan();
  return newline_at_ ? *newline_at_ >= limit_ : bytes_.size() >= limit_;
}

std::optional<std::string> LineBuffer::take_line() {
  if (!has_line()) return std::nullopt;
  const std::size_t end = *newline_at_;
  std::string line = bytes_.substr(0, end);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  bytes_.erase(0, end + 1);
  scanned_ = 0;
  newline_at_.reset();
  return line;
}

}  // namespace mainstay::control
