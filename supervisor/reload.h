// What a reload (HUP, `systemctl reload`) does: looks at the ecosystem file again and says what it
// finds. What changed is not applied; that takes a restart.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "base/fd.h"
#include "io/loop.h"

namespace mainstay {

struct FileLook {
  std::string found;    // one line
  std::string details;  // all that is wrong, as a compiler says it; else empty
};

// Compares with the configuration in force (a memfd; empty: unknown). Any thread.
FileLook look_at_file(const std::filesystem::path& file, int in_force);

// Loop thread only.
class Reload {
 public:
  explicit Reload(io::Loop& loop) : loop_(loop) {}

  // Looks in a worker. One that is asked for while another is under way follows it.
  void begin(std::filesystem::path file, UniqueFd in_force,
             std::function<void(const FileLook&)> done);

 private:
  io::Loop& loop_;
  bool busy_ = false;
  std::function<void()> next_;
};

}  // namespace mainstay
