#include "ctl/progress.h"

#include "ctl/display_width.h"

namespace mainstay::ctl {

void Progress::show(std::string_view line, std::string_view what) {
  const Terminal& terminal = notices_.terminal();
  if (terminal.interactive) {
    // One column is left free: a full last column makes some terminals wrap.
    const std::size_t width = terminal.width.value_or(80) - 1;
    notices_.write("\r");
    notices_.write(shorten_end(line, width, symbols_for(terminal).ellipsis));
    notices_.write("\x1b[K");
    drawn_ = true;
  } else if (what != last_) {
    notices_.line(line);
  }
  last_ = what;
  static_cast<void>(notices_.flush());
}

void Progress::clear() {
  if (!drawn_) return;
  notices_.write("\r\x1b[K");
  static_cast<void>(notices_.flush());
  drawn_ = false;
}

}  // namespace mainstay::ctl
