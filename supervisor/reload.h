// What a reload (HUP, `systemctl reload`) does: looks at the ecosystem file again and says what it
// finds. What changed is not applied; that takes a restart.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include "base/fd.h"
#include "io/loop.h"
#include "process/keeper_client.h"

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
  using Say = std::function<void(const std::string&)>;

  Reload(io::Loop& loop, process::KeeperClient& keeper, std::filesystem::path file, Say say)
      : loop_(loop), keeper_(keeper), file_(std::move(file)), say_(std::move(say)) {}

  // Looks in a worker and tells log and keeper. One that is asked for while another is under way
  // follows it.
  void begin(UniqueFd in_force);

 private:
  void finish(const FileLook& look);

  io::Loop& loop_;
  process::KeeperClient& keeper_;
  std::filesystem::path file_;
  Say say_;
  bool busy_ = false;
  UniqueFd next_;
};

}  // namespace mainstay
