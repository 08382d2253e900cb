// One line about what is being waited for: redrawn in place on a terminal, else a line per change.
#pragma once

#include <string>
#include <string_view>

#include "ctl/output.h"

namespace mainstay::ctl {

class Progress {
 public:
  explicit Progress(Output& notices) : notices_(notices) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `what` without the numbers that tick: where nothing can be redrawn, only a new one is printed.
  void show(std::string_view line, std::string_view what);
  // Before anything else is printed.
  void clear();

 private:
  Output& notices_;
  std::string last_;
  bool drawn_ = false;
};

}  // namespace mainstay::ctl
