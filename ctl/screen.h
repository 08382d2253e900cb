// The whole terminal for ctl while it lives: alternate screen, keys unbuffered and unechoed, no
// cursor.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mainstay::ctl {

// One at a time in a process. Restores everything when it goes.
class Screen {
 public:
  // `keys` is where keys come from, `screen` where text goes; both are terminals.
  Screen(int keys, int screen);
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
};

// Both are safe in a signal handler and do nothing without a Screen.
void restore_terminal_now();
void take_terminal_again();

// `text` (lines ended by newlines, at most `rows` shown) as one full frame: drawn over the former
// one line by line, so that nothing flickers.
std::string frame_of(std::string_view text, std::size_t rows);

}  // namespace mainstay::ctl
