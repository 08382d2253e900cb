// Signals a person or the system sends ctl, turned into descriptors that poll(2) can wait on.
#pragma once

#include "base/fd.h"

namespace mainstay::ctl {

// Catches INT, TERM and HUP, and WINCH, and ignores PIPE, while it lives; one at a time in a
// process. The second INT, TERM or HUP ends ctl at once, with the terminal restored.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  // Readable from the first INT, TERM or HUP on.
  int fd() const { return ended_[0].get(); }
  // Readable when the window changed its size or ctl was continued, until take_resized().
  int resized_fd() const { return resized_[0].get(); }
  void take_resized();

  // The 50 ms between two questions whether another controller answers by now; false: INT, TERM or
  // HUP has come.
  bool pause() const;
  // The signal that came, or 0.
  int signal() const;
  // Ends the process by the signal that came, as if it had never been caught: shells and scripts
  // see that it was interrupted.
  [[noreturn]] void die() const;

 private:
  UniqueFd ended_[2];
  UniqueFd resized_[2];
};

}  // namespace mainstay::ctl
