// Tells whoever started us in the background that we serve, or why not (MAINSTAY_READY_FD).
#pragma once

#include <string_view>

#include "base/fd.h"

namespace mainstay {

class ReadyPipe {
 public:
  // Takes the descriptor named by the environment variable and forgets the variable; without one,
  // or with one that is no pipe, there is nobody to tell. Before any thread exists.
  static ReadyPipe from_environment();

  // One line, once; later calls do nothing.
  void say_ready();
  void say_error(std::string_view message);

 private:
  void say(std::string_view line);

  UniqueFd fd_;
};

}  // namespace mainstay
